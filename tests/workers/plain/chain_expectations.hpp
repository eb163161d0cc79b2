#pragma once
// What tests of closed-form families ask of their chains.

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "comms/communicator.hpp"
#include "tests/test_world.hpp"
#include "tests/workers/plain/closed_form_chain.hpp"
#include "workers/families/closed_form_family.hpp"
#include "workers/families/family_type.hpp"

namespace genloss::tests {

/// Of `family`, with intervals of plus and minus one standard error.
inline jobs::StudySpec closed_form_study(const char* family, std::uint64_t samples) {
  jobs::StudySpec spec;
  spec.study.family = family;
  spec.study.seed = 11;
  spec.sampling.samples = samples;
  spec.sampling.shard_samples = std::max<std::uint64_t>(1, samples / 3);
  spec.measures.confidence = std::erf(std::sqrt(0.5));
  return spec;
}

/// Distance of a measure from `expected` in its standard errors.
inline double errors_from(const std::vector<workers::Measure>& measures, std::string_view name, double expected) {
  const workers::Measure* measure = workers::find_measure(measures, name);
  if (measure == nullptr) throw std::runtime_error("no measure " + std::string(name));
  return (measure->value - expected) / (measure->high - measure->value);
}

#define EXPECT_WITHIN_4_ERRORS(measures, name, expected, n)                                                      \
  EXPECT_LT(std::abs(::genloss::tests::errors_from(measures, name, expected)), 4)                                \
      << (name) << " " << ::genloss::workers::find_measure(measures, name)->value << "; expected " << (expected) \
      << " after " << (n) << " fits"

/// Models of three generations, alone and on all ranks of this program.
template <class Kind>
void expect_same_bits(const jobs::StudySpec& spec) {
  using Chain = ClosedFormChain<workers::ClosedFormFamily<Kind>>;
  const auto self = comms::make_self();
  const workers::ChainFormat format = Kind(spec).format();
  Chain alone(spec, Chain::Policy::accumulate, *self), together(spec, Chain::Policy::accumulate, ranks());
  for (int n = 0; n < 3; ++n) {
    (void)alone.step();
    (void)together.step();
    const auto a = workers::load_chains(format, alone.model_folder(n)),
               b = workers::load_chains(format, together.model_folder(n));
    EXPECT_EQ(a.states, b.states);
    for (std::size_t t = 0; t < a.tables.size(); ++t) {
      EXPECT_EQ(a.tables[t].values, b.tables[t].values) << a.tables[t].name << ", generation " << n;
    }
  }
}

/// Every measure has a record and every record a measure.
template <class Kind>
void expect_records_of_all_measures(const jobs::StudySpec& spec) {
  using Chain = ClosedFormChain<workers::ClosedFormFamily<Kind>>;
  const auto self = comms::make_self();
  const auto measured = Chain(spec, Chain::Policy::replace, *self).step();
  const auto& records = workers::family_type(spec).records();
  EXPECT_EQ(measured.size(), records.size());
  for (const auto& measure : measured) {
    EXPECT_NE(workers::find_record(records, measure.name), nullptr) << measure.name;
  }
  for (const auto& record : records) {
    EXPECT_NE(workers::find_measure(measured, record.name), nullptr) << record.name;
    for (const auto said : {record.definition, record.source, record.unit, record.rise, record.fall}) {
      EXPECT_FALSE(said.empty()) << record.name;
    }
  }
}

}  // namespace genloss::tests
