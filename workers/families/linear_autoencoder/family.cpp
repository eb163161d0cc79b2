// The family `linear_autoencoder`, as it registers.

#include <algorithm>
#include <string>

#include "jobs/error.hpp"
#include "jobs/option_builders.hpp"
#include "workers/families/closed_form_type.hpp"
#include "workers/families/linear_autoencoder/autoencoder_kind.hpp"
#include "workers/families/linear_autoencoder/autoencoder_options.hpp"

namespace genloss::workers {
namespace {

// The accessor of one field, for the builders.
#define FIELD(name) ([](jobs::StudySpec & s) -> auto& { return s.parts.of<AutoencoderOptions>().name; })

void register_options() {
  using namespace jobs::builders;  // NOLINT: the table reads like a table
  jobs::add<AutoencoderOptions>(
      jobs::Section{"linear_autoencoder",
                    "Principal components as codes, decoded; noise on codes shrinks the decoder."},
      {integer({"linear_autoencoder", "dimension", "", "Dimension of a sample."}, FIELD(dimension), 1, 256),
       integer({"linear_autoencoder", "codes", "", "Codes; more than the dimension are as many."}, FIELD(codes), 1,
               256),
       integer({"linear_autoencoder", "replicates", "", "Independent chains carried through the study at once."},
               FIELD(replicates), 1),
       number({"linear_autoencoder", "spectrum", "",
               "True variance of a coordinate over that of the one before; the first has 1."},
              FIELD(spectrum), 0, 1, Ends::open_low),
       number(
           {"linear_autoencoder", "code_noise", "",
            "r: variance of the noise on a code while training, over that of the code. The decoder shrinks by 1 + r."},
           FIELD(code_noise), 0, unbounded)});
}

void check_autoencoder(const jobs::StudySpec& spec) {
  jobs::check_closed_form(spec);
  const AutoencoderOptions& options = autoencoder_options(spec);
  const auto codes = static_cast<std::uint64_t>(std::min(options.codes, options.dimension));
  if (spec.sampling.samples >= codes) return;
  throw Error(
      ExitCode::usage, "check study", "sampling.samples, linear_autoencoder.codes",
      std::to_string(spec.sampling.samples) + " samples have no " + std::to_string(codes) + " principal components",
      "draw more samples, or lower linear_autoencoder.codes");
}

ClosedFormSizes autoencoder_sizes(const jobs::StudySpec& spec) {
  const AutoencoderOptions& options = autoencoder_options(spec);
  const auto d = static_cast<std::uint64_t>(options.dimension),
             k = static_cast<std::uint64_t>(std::min(options.codes, options.dimension));
  constexpr std::uint64_t sweeps = 8, flops_of_rotation = 18;  // of Jacobi's method; d (d - 1) / 2 rotations a sweep
  ClosedFormSizes sizes;
  sizes.replicates = static_cast<std::uint64_t>(options.replicates);
  sizes.sample_values = d;
  sizes.parameters = d * k + k;
  sizes.tables = 2;
  sizes.sums = {d * (d + 1) / 2};
  sizes.drawer_reals = d * k;
  sizes.fitting_flops =
      static_cast<double>(d * d + d) +
      static_cast<double>(sweeps * flops_of_rotation * d * d * d / 2) / static_cast<double>(spec.sampling.samples);
  sizes.sampling_flops = static_cast<double>(42 * k + 2 * d * k);
  sizes.measuring_flops = static_cast<double>(2 * d);
  sizes.model_measures = 9;
  return sizes;
}

}  // namespace

GENLOSS_FAMILY(linear_autoencoder) {
  register_options();
  FamilyType type = closed_form_type<AutoencoderKind>(autoencoder_sizes);
  type.name = "linear_autoencoder";
  type.help = "Linear denoising autoencoders, fitted in closed form.";
  type.check = check_autoencoder;
  return type;
}

#undef FIELD

}  // namespace genloss::workers
