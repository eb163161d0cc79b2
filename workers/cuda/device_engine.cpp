#include "workers/cuda/device_engine.hpp"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cstring>

#include "jobs/error.hpp"
#include "workers/cuda/device_norm.hpp"
#include "workers/training/gradient_norm.hpp"

namespace genloss::workers::cuda {
namespace {

at::Tensor flat_parameters(std::span<const float> start, std::size_t count, const TorchDevice& device) {
  at::Tensor host = at::zeros({static_cast<std::int64_t>(count)}, at::kFloat);
  std::ranges::copy(start, host.data_ptr<float>());
  return device.upload(host);
}

std::vector<at::Tensor> views_of(const ParameterLayout& layout, const at::Tensor& flat) {
  std::vector<at::Tensor> views;
  for (const ParameterInfo& p : layout.parameters()) {
    const at::Tensor place =
        flat.narrow(0, static_cast<std::int64_t>(p.offset), static_cast<std::int64_t>(p.count)).view(p.shape);
    views.push_back(place.detach().requires_grad_());
  }
  return views;
}

std::unique_ptr<DeviceReduction> make_reduction(const jobs::TrainingSection& training, const ParameterLayout& layout,
                                                at::Device device, comms::DeviceQueue& queue, std::size_t count) {
  if (training.reduction == jobs::Reduction::fast) {
    return make_bucket_reduction(layout, device, queue, training.lanes, count);
  }
  return make_tree_reduction(layout, device, queue, training.lanes, count);
}

}  // namespace

DeviceEngine::DeviceEngine(const jobs::TrainingSection& training, const Network& network, std::span<const float> start,
                           TorchDevice device, comms::DeviceQueue& queue, comms::Communicator& ranks)
    : device_(std::move(device)),
      queue_(queue),
      ranks_(ranks),
      layout_(network.layout()),
      unit_bytes_(static_cast<std::int64_t>(network.unit().bytes)) {
  const std::size_t count = padded_size(layout_.flat_size(), ranks.size());
  const bool bf16 = training.precision == jobs::Precision::bf16;
  const at::Tensor exact = flat_parameters(start, count, device_);
  parameters_ = bf16 ? exact.to(at::kBFloat16) : exact;
  views_ = views_of(layout_, parameters_);
  loss_ = network.tensor_loss(views_);
  reduction_ = make_reduction(training, layout_, device_.device, queue, count);
  const at::Tensor slice = slice_of(exact);
  optimizer_ = std::make_unique<DeviceOptimizer>(layout_, training, static_cast<std::size_t>(slice.storage_offset()),
                                                 bf16 ? slice.clone() : slice);
  losses_ = at::zeros({training.lanes}, at::TensorOptions(at::kDouble).device(device_.device));
  scale_ = at::zeros({}, at::TensorOptions(at::kFloat).device(device_.device));
  lane_loss_ = at::zeros({}, losses_.options());
  tap_ = std::make_unique<GradientTap>(views_, [this](std::size_t parameter, const at::Tensor& gradient) {
    reduction_->take(parameter, gradient, first_micro_batch_, last_micro_batch_);
  });
}

at::Tensor DeviceEngine::slice_of(const at::Tensor& flat) const {
  const std::int64_t size = flat.numel() / ranks_.size();
  return flat.narrow(0, size * ranks_.rank(), size);
}

void DeviceEngine::begin_step() { losses_.zero_(); }

void DeviceEngine::run_lane(int lane, const LaneGroup& group) {
  reduction_->begin_lane(lane);
  try {
    take_group(lane, group);
    if (reduction_->takes_alike(lane)) {
      pass_();
    } else {
      run_micro_batches();
    }
  } catch (const c10::OutOfMemoryError& error) {
    throw Error(
        ExitCode::missing_resource, "train", "on the GPU", error.what_without_backtrace(),
        "lower training.micro_batch (same results but for rounding), use more ranks, or training.precision = bf16");
  }
  losses_.select(0, lane).copy_(lane_loss_);
  reduction_->end_lane();
}

/// By staging memory of the lane's own: that of the last lane may still be copied from.
void DeviceEngine::take_group(int lane, const LaneGroup& group) {
  const auto rows = static_cast<std::int64_t>(group.rows), micro_batch = static_cast<std::int64_t>(group.micro_batch);
  const std::size_t bytes = group.units.size();
  if (!pass_ || rows != units_.size(0) || micro_batch != micro_batch_ || group.weights.empty() == weights_.defined()) {
    units_ = at::empty({rows, unit_bytes_}, scale_.options().dtype(at::kByte));
    weights_ = group.weights.empty() ? at::Tensor() : at::empty({rows}, scale_.options());
    micro_batch_ = micro_batch;
    lane_staging_.clear();
    for (int n = my_lanes().count(); n > 0; --n) {
      lane_staging_.push_back(queue_.staging(bytes + group.weights.size() * sizeof(float)));
    }
    pass_ = device_.capture([this] { run_micro_batches(); });
  }
  std::byte* const staging = lane_staging_[static_cast<std::size_t>(lane - my_lanes().begin)].get();
  std::ranges::copy(group.units, staging);
  queue_.copy_to_device(units_.data_ptr(), staging, bytes);
  if (weights_.defined()) {
    const std::vector<float> weights(group.weights.begin(), group.weights.end());
    std::ranges::copy(std::as_bytes(std::span(weights)), staging + bytes);
    queue_.copy_to_device(weights_.data_ptr(), staging + bytes, weights.size() * sizeof(float));
  }
  if (scale_value_ != group.scale) scale_.fill_(group.scale);
  scale_value_ = group.scale;
}

void DeviceEngine::run_micro_batches() {
  const std::int64_t rows = units_.size(0);
  lane_loss_.zero_();
  for (std::int64_t first = 0; first < rows; first += micro_batch_) {
    first_micro_batch_ = first == 0;
    last_micro_batch_ = first + micro_batch_ >= rows;
    const std::int64_t count = std::min(micro_batch_, rows - first);
    lane_loss_.add_(
        backward(units_.narrow(0, first, count), weights_.defined() ? weights_.narrow(0, first, count) : at::Tensor()));
  }
}

/// The loss is not looked at here: the host goes on and keeps the device busy.
at::Tensor DeviceEngine::backward(const at::Tensor& units, const at::Tensor& weights) {
  const at::Tensor loss = loss_->train(units, weights);
  loss.backward(scale_);
  return loss.detach();
}

void DeviceEngine::losses(std::span<double> by_lane) {
  queue_.finish("this rank's part of the step");  // with a deadline, which a plain copy to the host has not
  const at::Tensor host = losses_.cpu();
  const comms::LaneRange mine = my_lanes();
  std::copy(host.data_ptr<double>() + mine.begin, host.data_ptr<double>() + mine.end, by_lane.begin() + mine.begin);
}

double DeviceEngine::measure(std::span<const std::byte> units) {
  at::Tensor host = at::empty({static_cast<std::int64_t>(units.size()) / unit_bytes_, unit_bytes_}, at::kByte);
  std::memcpy(host.data_ptr(), units.data(), units.size());
  const at::Tensor loss = loss_->measure(device_.upload(host));
  queue_.finish("a measurement");
  return loss.cpu().item<double>();
}

double DeviceEngine::reduce() {
  gradient_ = reduction_->finish();
  queue_.finish("gradient slices");
  return device_norm(gradient_, ranks_);
}

void DeviceEngine::update(std::uint64_t step, double learning_rate, double gradient_scale) {
  optimizer_->step(gradient_, step, learning_rate, gradient_scale);
  share_parameters("parameters");
}

void DeviceEngine::share_parameters(std::string_view what) {
  const at::Tensor mine = slice_of(parameters_);
  if (has_master()) mine.copy_(optimizer_->master());
  if (queue_.size() == 1) return;
  queue_.all_gather(buffer_of(mine), buffer_of(parameters_), what);
  queue_.join();
}

DeviceEngine::Staged DeviceEngine::staged() const {
  const auto count = static_cast<std::size_t>(optimizer_->master().numel());
  auto memory = queue_.staging(count * sizeof(float));
  auto* const values = reinterpret_cast<float*>(memory.get());
  return {std::move(memory), {values, count}};
}

StateSlice DeviceEngine::state() {
  if (staging_.empty()) staging_ = {staged(), staged(), staged()};
  const at::Tensor* const vectors[] = {&optimizer_->master(), &optimizer_->first_moment(),
                                       &optimizer_->second_moment()};
  for (std::size_t i = 0; i < staging_.size(); ++i) {
    queue_.copy_to_host(staging_[i].memory.get(), vectors[i]->data_ptr(), staging_[i].values.size_bytes());
  }
  queue_.finish("copy of the training state");
  const auto begin = static_cast<std::size_t>(ranks_.rank()) * staging_[0].values.size();
  return {begin, staging_[0].values, staging_[1].values, staging_[2].values};
}

void DeviceEngine::take_state() {
  const at::Tensor* const vectors[] = {&optimizer_->master(), &optimizer_->first_moment(),
                                       &optimizer_->second_moment()};
  for (std::size_t i = 0; i < staging_.size(); ++i) {
    queue_.copy_to_device(vectors[i]->data_ptr(), staging_[i].memory.get(), staging_[i].values.size_bytes());
  }
  share_parameters("restored parameters");
  queue_.finish("restored parameters");
}

/// With masters, those: bfloat16 would lose what training goes on with.
void DeviceEngine::copy_parameters(std::span<float> flat) {
  at::Tensor whole = parameters_;
  if (has_master()) {
    whole = at::empty(parameters_.sizes(), optimizer_->master().options());
    slice_of(whole).copy_(optimizer_->master());
    if (queue_.size() > 1) {
      queue_.all_gather(buffer_of(slice_of(whole)), buffer_of(whole), "trained parameters");
      queue_.join();
    }
  }
  queue_.finish("trained parameters");
  const at::Tensor host = whole.cpu();
  std::copy_n(host.data_ptr<float>(), flat.size(), flat.begin());
}

}  // namespace genloss::workers::cuda
