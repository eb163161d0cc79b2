#pragma once
// What corpora are measured against: the words of all human text, a reader counted on it, and test text to compare
// with.

#include <string>
#include <string_view>
#include <vector>

#include "storage/human/human_data.hpp"
#include "workers/measures/text/byte_ngrams.hpp"
#include "workers/measures/text/lexicon.hpp"

namespace genloss::workers {

class HumanReference {
 public:
  /// Order of the n-gram reader: five bytes.
  static constexpr int reader_order = 5;
  explicit HumanReference(const storage::HumanData& human);

  [[nodiscard]] const Lexicon& lexicon() const noexcept { return lexicon_; }
  [[nodiscard]] const ByteNgrams& reader() const noexcept { return reader_; }
  /// Test documents, whole, in a random order that is the same for every study of this text.
  [[nodiscard]] const std::vector<std::string>& test_documents() const noexcept { return test_documents_; }

 private:
  Lexicon lexicon_;
  ByteNgrams reader_;
  std::vector<std::string> test_documents_;
};

}  // namespace genloss::workers
