#include "workers/families/language/human_reference.hpp"

#include "workers/measures/statistics/half_samples.hpp"

namespace genloss::workers {
namespace {

std::vector<std::string_view> texts_of(const storage::HumanData& human,
                                       std::initializer_list<storage::HumanSplit> splits) {
  std::vector<std::string_view> texts;
  for (const auto split : splits) {
    for (const auto* document : human.documents(split)) texts.push_back(human.text(*document));
  }
  return texts;
}

}  // namespace

HumanReference::HumanReference(const storage::HumanData& human)
    : lexicon_(
          texts_of(human, {storage::HumanSplit::train}),
          texts_of(human, {storage::HumanSplit::held_out, storage::HumanSplit::validation, storage::HumanSplit::test})),
      reader_(texts_of(human, {storage::HumanSplit::train}), reader_order) {
  const auto documents = texts_of(human, {storage::HumanSplit::test});
  // Neighbours in a book share its names: a part of the book is to be as varied as all of it.
  for (const auto d : random_order(1, 0, documents.size())) test_documents_.emplace_back(documents[d]);
}

}  // namespace genloss::workers
