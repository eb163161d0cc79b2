#include <algorithm>

#include "jobs/error.hpp"
#include "workers/text/token_stream.hpp"

namespace genloss::workers {

HumanStream::HumanStream(HumanTokens tokens, storage::HumanSplit split, std::int32_t end_of_document)
    : tokens_(std::move(tokens)), split_(split), end_of_document_(end_of_document) {
  const auto starts = tokens_.starts(split);
  starts_.reserve(starts.size());
  for (std::size_t d = 0; d < starts.size(); ++d) starts_.push_back(starts[d] + d);  // an end after each before
}

void HumanStream::read(std::uint64_t begin, std::span<std::int32_t> out) {
  if (begin > length() || out.size() > length() - begin) {
    throw Error(ExitCode::internal, "read human text", "token " + std::to_string(begin + out.size()),
                "there are only " + std::to_string(length()));
  }
  auto d = static_cast<std::size_t>(std::upper_bound(starts_.begin(), starts_.end(), begin) - starts_.begin()) - 1;
  for (std::size_t done = 0; done < out.size(); ++d) {
    const std::uint64_t within = begin + done - starts_[d];
    const auto take =
        static_cast<std::size_t>(std::min<std::uint64_t>(starts_[d + 1] - 1 - starts_[d] - within, out.size() - done));
    tokens_.read(split_, begin + done - d, out.subspan(done, take));
    done += take;
    if (done < out.size()) out[done++] = end_of_document_;
  }
}

}  // namespace genloss::workers
