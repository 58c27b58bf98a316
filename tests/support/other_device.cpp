// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/other_device.h"

#include <atomic>

#include <ATen/EmptyTensor.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <ATen/native/CPUFallback.h>
#include <ATen/native/Resize.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/view_native.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <c10/core/impl/alloc_cpu.h>
#include <torch/library.h>

#include "runtime/torch_headers.h"

// LibTorch keeps a place for backends of others, PrivateUse1; see its open_registration_extension.

namespace lamscope::test {

namespace {

std::atomic<long> kernels{0};

c10::Device device() {
    return {c10::kPrivateUse1, 0};
}

class Memory final : public c10::Allocator {
public:
    c10::DataPtr allocate(std::size_t bytes) override {
        auto* data = c10::alloc_cpu(bytes);
        return {data, data, &c10::free_cpu, device()};
    }
    c10::DeleterFnPtr raw_deleter() const override { return &c10::free_cpu; }
    void copy_data(void* target, const void* source, std::size_t bytes) const override {
        default_copy_data(target, source, bytes);
    }
};

Memory memory;

/// One device, one stream, everything done when it is asked for.
class Guard final : public c10::impl::DeviceGuardImplInterface {
public:
    static c10::Stream stream() { return c10::Stream(c10::Stream::DEFAULT, device()); }

    c10::DeviceType type() const override { return c10::kPrivateUse1; }
    c10::Device exchangeDevice(c10::Device /*other*/) const override { return device(); }
    c10::Device getDevice() const override { return device(); }
    void setDevice(c10::Device /*other*/) const override {}
    void uncheckedSetDevice(c10::Device /*other*/) const noexcept override {}
    c10::Stream getStream(c10::Device /*other*/) const override { return stream(); }
    c10::Stream getNewStream(c10::Device /*other*/, int /*priority*/) const override { return stream(); }
    c10::Stream exchangeStream(c10::Stream /*other*/) const override { return stream(); }
    c10::DeviceIndex deviceCount() const noexcept override { return 1; }
    void record(void** event, const c10::Stream& /*stream*/, c10::DeviceIndex /*index*/,
                c10::EventFlag /*flag*/) const override {
        *event = nullptr;
    }
    void block(void* /*event*/, const c10::Stream& /*stream*/) const override {}
    bool queryEvent(void* /*event*/) const override { return true; }
    bool queryStream(const c10::Stream& /*stream*/) const override { return true; }
    void synchronizeStream(const c10::Stream& /*stream*/) const override {}
    void synchronizeEvent(void* /*event*/) const override {}
    void destroyEvent(void* /*event*/, c10::DeviceIndex /*index*/) const noexcept override {}
    void recordDataPtrOnStream(const c10::DataPtr& /*data*/, const c10::Stream& /*stream*/) const override {}
};

class Hooks final : public at::PrivateUse1HooksInterface {
public:
    bool hasPrimaryContext(c10::DeviceIndex /*index*/) const override { return true; }
};

at::Tensor empty(c10::IntArrayRef size, std::optional<c10::ScalarType> type, std::optional<c10::Layout> /*layout*/,
                 std::optional<c10::Device> /*device*/, std::optional<bool> /*pinned*/,
                 std::optional<c10::MemoryFormat> format) {
    return at::detail::empty_generic(size, &memory, c10::DispatchKeySet(c10::DispatchKey::PrivateUse1),
                                     c10::dtype_or_default(type), format);
}

at::Tensor emptyStrided(c10::IntArrayRef size, c10::IntArrayRef stride, std::optional<c10::ScalarType> type,
                        std::optional<c10::Layout> /*layout*/, std::optional<c10::Device> /*device*/,
                        std::optional<bool> /*pinned*/) {
    return at::detail::empty_strided_generic(size, stride, &memory, c10::DispatchKeySet(c10::DispatchKey::PrivateUse1),
                                             c10::dtype_or_default(type));
}

/// The same memory as a tensor of the CPU.
at::Tensor onCpu(const at::Tensor& tensor) {
    return !tensor.defined() || tensor.is_cpu()
               ? tensor
               : at::from_blob(tensor.data_ptr(), tensor.sizes(), tensor.strides(),
                               tensor.options().device(c10::kCPU).requires_grad(false));
}

at::Tensor copyFrom(const at::Tensor& source, const at::Tensor& target, bool /*nonBlocking*/) {
    onCpu(target).copy_(onCpu(source));
    return target;
}

at::Tensor copyFromAndResize(const at::Tensor& source, const at::Tensor& target) {
    target.resize_(source.sizes());
    return copyFrom(source, target, false);
}

void requireHere(const at::Tensor& tensor, const std::string& kernel) {
    TORCH_CHECK(!tensor.defined() || tensor.dim() == 0 || tensor.device() == device(), "expected all tensors of ",
                kernel, " to be on the same device, found one on ", tensor.device());
}

void runOnCpu(const c10::OperatorHandle& kernel, c10::DispatchKeySet /*keys*/, torch::jit::Stack* stack) {
    ++kernels;
    const auto& name = kernel.schema().name();
    for (const auto& argument : torch::jit::last(*stack, kernel.schema().arguments().size())) {
        if (argument.isTensor()) {
            requireHere(argument.toTensor(), name);
        } else if (argument.isTensorList()) {
            for (const at::Tensor& tensor : argument.toTensorList()) {
                requireHere(tensor, name);
            }
        }
    }
    at::native::cpu_fallback(kernel, stack);
}

at::Tensor convolution(const at::Tensor& input, const at::Tensor& weight, const std::optional<at::Tensor>& bias,
                       c10::IntArrayRef stride, c10::IntArrayRef padding, c10::IntArrayRef dilation, bool transposed,
                       c10::IntArrayRef outputPadding, std::int64_t groups) {
    ++kernels;
    requireHere(input, "convolution");
    requireHere(weight, "convolution");
    const auto bias1 = bias && bias->defined() ? std::optional(onCpu(*bias)) : std::nullopt;
    return at::convolution(onCpu(input), onCpu(weight), bias1, stride, padding, dilation, transposed, outputPadding,
                           groups)
        .to(device());
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> convolutionBackward(const at::Tensor& gradient, const at::Tensor& input,
                                                                   const at::Tensor& weight, c10::IntArrayRef stride,
                                                                   c10::IntArrayRef padding, c10::IntArrayRef dilation,
                                                                   bool transposed, c10::IntArrayRef outputPadding,
                                                                   std::int64_t groups, std::array<bool, 3> wanted) {
    ++kernels;
    const auto [ofInput, ofWeight, ofBias] =
        at::convolution_backward(onCpu(gradient), onCpu(input), onCpu(weight), std::nullopt, stride, padding, dilation,
                                 transposed, outputPadding, groups, wanted);
    const auto here = [](const at::Tensor& tensor) { return tensor.defined() ? tensor.to(device()) : tensor; };
    return {here(ofInput), here(ofWeight), here(ofBias)};
}

C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard)

TORCH_LIBRARY_IMPL(aten, PrivateUse1, library) {
    library.impl("empty.memory_format", empty);
    library.impl("empty_strided", emptyStrided);
    library.impl("_copy_from", copyFrom);
    library.impl("_copy_from_and_resize", copyFromAndResize);
    library.impl("as_strided", TORCH_FN(at::native::as_strided_tensorimpl));
    library.impl("view", TORCH_FN(at::native::view));
    library.impl("_reshape_alias", TORCH_FN(at::native::_reshape_alias));
    library.impl("resize_", TORCH_FN(at::native::resize_));
    library.impl("convolution_overrideable", convolution);
    library.impl("convolution_backward_overrideable", convolutionBackward);
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, library) {
    library.fallback(torch::CppFunction::makeFromBoxedFunction<&runOnCpu>());
}

}  // namespace

c10::Device otherDevice() {
    static Hooks hooks;
    static const bool registered = [] {
        c10::register_privateuse1_backend("double");
        at::RegisterPrivateUse1HooksInterface(&hooks);
        return true;
    }();
    static_cast<void>(registered);
    return device();
}

long otherDeviceKernels() {
    return kernels;
}

}  // namespace lamscope::test
