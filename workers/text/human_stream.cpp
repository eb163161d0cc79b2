#include <algorithm>

#include "jobs/error.hpp"
#include "workers/text/token_stream.hpp"
#include "workers/text/tokenizer.hpp"

namespace genloss::workers {

HumanStream::HumanStream(storage::HumanData data, storage::HumanSplit split)
    : data_(std::move(data)), documents_(data_.documents(split)) {
  starts_.reserve(documents_.size() + 1);
  starts_.push_back(0);
  for (const auto* document : documents_) starts_.push_back(starts_.back() + document->length + 1);
}

void HumanStream::read(std::uint64_t begin, std::span<std::int32_t> out) {
  if (begin > length() || out.size() > length() - begin) {
    throw Error(ExitCode::internal, "read human text", "token " + std::to_string(begin + out.size()),
                "there are only " + std::to_string(length()));
  }
  auto d = static_cast<std::size_t>(std::upper_bound(starts_.begin(), starts_.end(), begin) - starts_.begin()) - 1;
  for (std::size_t done = 0; done < out.size(); ++d) {
    const auto text = data_.text(*documents_[d]).substr(begin + done - starts_[d]);
    const std::size_t take = std::min(text.size(), out.size() - done);
    for (std::size_t i = 0; i < take; ++i) out[done + i] = static_cast<unsigned char>(text[i]);
    done += take;
    if (done < out.size()) out[done++] = ByteTokenizer::end_of_document;
  }
}

}  // namespace genloss::workers
