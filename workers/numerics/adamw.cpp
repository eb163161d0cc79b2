#include "workers/numerics/adamw.hpp"

#include "workers/numerics/kernels.hpp"
#include "workers/numerics/parallel.hpp"

namespace genloss::workers::numerics {

void adamw(const AdamW& rule, std::span<float> parameters, std::span<const float> gradients,
           std::span<float> first_moment, std::span<float> second_moment) {
  parallel_blocks(parameters.size(), std::size_t{1} << 14, [&](std::size_t begin, std::size_t end) {
    kernels().adamw(rule, parameters.data() + begin, gradients.data() + begin, first_moment.data() + begin,
                    second_moment.data() + begin, end - begin);
  });
}

}  // namespace genloss::workers::numerics
