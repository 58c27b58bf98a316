// SPDX-License-Identifier: GPL-3.0-or-later
#include "method/features/feature_grams.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <iterator>
#include <map>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/error.h"
#include "base/temporary_folder.h"
#include "method/features/tap_layout.h"
#include "method/features/tap_survey.h"
#include "model/feature_sink.h"
#include "model/sr_model_implementation.h"
#include "model/stoppable_evaluation.h"
#include "runtime/process_memory.h"
#include "runtime/torch_errors.h"
#include "runtime/torch_headers.h"

namespace lamscope {

namespace {

/// As for fields: the activations of a few patches fit the caches of a CPU, a GPU wants many.
constexpr std::int64_t patchPixelsCpu = 16384;
constexpr std::int64_t patchPixelsCuda = 16L * 16384;
/// Dimensions whose products are summed in the type of the features.
constexpr std::int64_t dimensionsOfProduct = 8192;
/// Dimensions that are read at once, unless that would be more numbers than `numbersOfBlock`.
constexpr std::int64_t dimensionsOfBlock = 65536;
constexpr std::int64_t numbersOfBlock = 1L << 26;

/// Takes the inputs of some taps, of repeated layers the last one, and sees whether a batch is evaluated as a whole.
class InputSink final : public FeatureSink {
public:
    explicit InputSink(const std::vector<std::string>& keys) {
        for (const auto& key : keys) {
            inputs_.emplace(key, Taken());
        }
    }

    void take(const Tap& tap, const torch::Tensor& input, const torch::Tensor& /*output*/) override {
        if (tap.kind == Tap::Kind::Linear) {
            layout_.seeLinear(input.sizes());
        } else if (tap.kind != Tap::Kind::Block) {
            layout_.seeConvolution(input.sizes());
            rowsOfFirst_ = rowsOfFirst_ == 0 ? input.size(0) : rowsOfFirst_;
        }
        if (const auto found = inputs_.find(tap.name); found != inputs_.end()) {
            found->second = {input.detach().clone(), tap.kind};
        }
    }

    /// Whether the network evaluates the images of a batch one after the other, so that each tap sees but one of them.
    [[nodiscard]] bool sawSingleImages(std::int64_t images) const { return rowsOfFirst_ > 0 && rowsOfFirst_ < images; }

    /// What was taken is given up; undefined where the tap was not evaluated.
    [[nodiscard]] torch::Tensor take(const std::string& key) {
        return std::exchange(inputs_.at(key).input, torch::Tensor());
    }

    [[nodiscard]] bool channelsFirst(const std::string& key, const torch::Tensor& input) const {
        const auto kind = inputs_.at(key).kind;
        return input.dim() == 4 && kind != Tap::Kind::Linear
               && (kind != Tap::Kind::Block || !layout_.blockHasChannelsLast(input.sizes().slice(1)));
    }

    [[nodiscard]] double bytes() const {
        double sum = 0.0;
        for (const auto& [key, taken] : inputs_) {
            sum += taken.input.defined() ? static_cast<double>(taken.input.nbytes()) : 0.0;
        }
        return sum;
    }

private:
    struct Taken {
        torch::Tensor input;
        Tap::Kind kind = Tap::Kind::Convolution;
    };

    std::map<std::string, Taken> inputs_;
    TapLayout layout_;
    std::int64_t rowsOfFirst_ = 0;  // of the first convolution's input
};

/// A power of two about as large as the largest magnitude: dividing by it changes no digit, and no product of what it
/// divides overflows.
double sizeOf(const torch::Tensor& values) {
    const auto [least, most] = at::aminmax(values);
    int exponent = 0;
    std::frexp(std::max(std::abs(least.item<double>()), std::abs(most.item<double>())), &exponent);
    return std::ldexp(1.0, exponent - 1);
}

torch::Tensor batchOf(std::span<const Image> patches) {
    const auto& first = patches.front();
    auto batch = torch::empty({std::ssize(patches), Image::channels, first.height(), first.width()},
                              torch::TensorOptions(torch::kFloat32));
    auto* target = batch.data_ptr<float>();
    for (const auto& patch : patches) {
        std::memcpy(target, patch.values().data(), patch.values().size_bytes());
        target += patch.values().size();
    }
    return batch;
}

/// A file of the size that is written to it, without a name: it is gone when the process ends, however that is.
class SpoolFile {
public:
    SpoolFile()
        : folder_("features")
        , descriptor_(open((folder_ / "rows").c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR)) {
        if (descriptor_ < 0) {
            fail("be made");
        }
        static_cast<void>(unlink((folder_ / "rows").c_str()));
    }
    SpoolFile(const SpoolFile&) = delete;
    SpoolFile& operator=(const SpoolFile&) = delete;
    ~SpoolFile() { close(descriptor_); }

    void write(const char* bytes, std::size_t count, std::size_t offset) const {
        while (count > 0) {
            const auto written = pwrite(descriptor_, bytes, count, static_cast<off_t>(offset));
            if (written < 0 && errno != EINTR) {
                fail("be written");
            }
            if (written > 0) {
                bytes += written;
                count -= static_cast<std::size_t>(written);
                offset += static_cast<std::size_t>(written);
            }
        }
    }

    void read(char* bytes, std::size_t count, std::size_t offset) const {
        while (count > 0) {
            const auto found = pread(descriptor_, bytes, count, static_cast<off_t>(offset));
            if (found == 0 || (found < 0 && errno != EINTR)) {
                fail("be read");
            }
            if (found > 0) {
                bytes += found;
                count -= static_cast<std::size_t>(found);
                offset += static_cast<std::size_t>(found);
            }
        }
    }

private:
    [[noreturn]] void fail(const char* what) const {
        throw Error(ErrorCode::WriteFailed,
                    fmt::format("the temporary file in {} that features wait in cannot {}: {}; allow more memory "
                                "(--memory), use fewer or smaller patches, or name another folder in TMPDIR",
                                folder_.path().parent_path().string(), what, std::generic_category().message(errno)));
    }

    TemporaryFolder folder_;
    int descriptor_;
};

/// The rows of a tap, one a patch, on the CPU and contiguous. @param sr of the batch `input`.
torch::Tensor rowsAt(InputSink& sink, const std::string& key, const torch::Tensor& input, const torch::Tensor& sr,
                     const SrModel& model, FeaturePooling pooling) {
    const auto count = input.size(0);
    const bool isControl = key == lrControl || key == srControl;
    auto features = key == lrControl   ? model.implementation().networkColours(input)
                    : key == srControl ? sr
                                       : sink.take(key);
    if (!features.defined() || features.dim() < 2 || features.size(0) % count != 0) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{}: there are no features of single patches at '{}', which was asked for; choose "
                                "another tap",
                                model.card().name, key));
    }
    if (pooling == FeaturePooling::Mean) {
        if (isControl || sink.channelsFirst(key, features)) {
            features = features.mean({2, 3});  // of windows, each its own
        }
        features = features.reshape({count, -1, features.size(-1)}).mean(1);
    }
    return features.contiguous().reshape({count, -1}).cpu().contiguous();
}

/// Names patch and tap of features that are not finite.
void checkFinite(const torch::Tensor& rows, std::span<const Image> patches, const std::string& key,
                 const std::string& network) {
    if (at::isfinite(rows).all().item<bool>()) {
        return;
    }
    const auto finite = at::isfinite(rows).all(1);
    for (std::int64_t i = 0; i < rows.size(0); ++i) {
        if (!finite[i].item<bool>()) {
            throw Error(ErrorCode::ModelFailure,
                        fmt::format("{}: the features of {} at '{}' are NaN or infinite; look at its SR, or "
                                    "leave the patch out",
                                    network, patches[static_cast<std::size_t>(i)].file, key));
        }
    }
}

}  // namespace

/// The features of all patches at one tap.
class FeatureGrams::Rows {
public:
    /// @param sample features of some patches. @param bytesLeft that may be taken in memory; lessened by what is taken.
    Rows(const torch::Tensor& sample, std::size_t patches, double& bytesLeft)
        : patches_(static_cast<std::int64_t>(patches))
        , dimension_(sample.size(1))
        , options_(sample.options())
        , width_(std::clamp<std::int64_t>(numbersOfBlock / patches_, dimensionsOfProduct, dimensionsOfBlock)) {
        const double bytes =
            static_cast<double>(dimension_) * static_cast<double>(patches) * static_cast<double>(sample.element_size());
        if (bytes <= bytesLeft) {
            bytesLeft -= bytes;
            memory_ = torch::empty({patches_, dimension_}, options_);
        } else {
            file_ = std::make_unique<SpoolFile>();
        }
    }

    [[nodiscard]] bool spools() const { return file_ != nullptr; }

    /// @param rows [n, dimension], contiguous.
    void put(std::size_t first, const torch::Tensor& rows) {
        const auto from = static_cast<std::int64_t>(first);
        if (!file_) {
            memory_.narrow(0, from, rows.size(0)).copy_(rows);
            return;
        }
        const auto size = static_cast<std::int64_t>(rows.element_size());
        const auto* bytes = static_cast<const char*>(rows.data_ptr());
        for (std::int64_t row = 0; row < rows.size(0); ++row) {
            for (std::int64_t start = 0; start < dimension_; start += width_) {
                const auto width = std::min(width_, dimension_ - start);
                file_->write(bytes + (row * dimension_ + start) * size, static_cast<std::size_t>(width * size),
                             static_cast<std::size_t>((patches_ * start + (from + row) * width) * size));
            }
        }
    }

    /// @param network, files (of the patches)  for messages. @return nullopt when stopped.
    [[nodiscard]] std::optional<FeatureGram> gram(const std::string& network, const std::vector<std::string>& files,
                                                  const std::string& key, const std::stop_token& stop) const {
        auto sum = torch::zeros({patches_, patches_}, options_.dtype(torch::kFloat64));
        for (std::int64_t start = 0; start < dimension_; start += width_) {
            const auto block = blockAt(start);
            for (std::int64_t from = 0; from < block.size(1); from += dimensionsOfProduct) {
                if (stop.stop_requested()) {
                    return std::nullopt;
                }
                const auto part = block.narrow(1, from, std::min(dimensionsOfProduct, block.size(1) - from));
                const double size = sizeOf(part);
                const auto scaled = part / size;
                const auto centredPart = scaled - scaled.mean(0, /*keepdim=*/true);
                sum += at::mm(centredPart, centredPart.t()).to(torch::kFloat64) * (size * size);
            }
        }
        FeatureGram result{.key = key, .dimension = static_cast<std::size_t>(dimension_)};
        const auto* values = sum.data_ptr<double>();
        for (std::int64_t i = 0; i < patches_; ++i) {
            if (!std::isfinite(values[i * (patches_ + 1)])) {
                throw Error(ErrorCode::ModelFailure,
                            fmt::format("{}: the features of {} at '{}' are too large: their products overflow; look "
                                        "at its SR, or leave the patch out",
                                        network, files[static_cast<std::size_t>(i)], key));
            }
        }
        GramMatrix gram{.rows = static_cast<std::size_t>(patches_), .values = {values, values + sum.numel()}};
        for (std::size_t i = 0; i < gram.rows; ++i) {  // which half is more exact depends on the processor
            for (std::size_t j = 0; j < i; ++j) {
                auto& below = gram.values[i * gram.rows + j];
                auto& above = gram.values[j * gram.rows + i];
                below = above = (below + above) / 2.0;
            }
        }
        result.gram = centred(gram);
        return result;
    }

private:
    [[nodiscard]] torch::Tensor blockAt(std::int64_t start) const {
        const auto width = std::min(width_, dimension_ - start);
        if (!file_) {
            return memory_.narrow(1, start, width);
        }
        auto block = torch::empty({patches_, width}, options_);
        file_->read(static_cast<char*>(block.data_ptr()), block.nbytes(),
                    static_cast<std::size_t>(patches_ * start) * static_cast<std::size_t>(block.element_size()));
        return block;
    }

    std::int64_t patches_;
    std::int64_t dimension_;
    torch::TensorOptions options_;
    std::int64_t width_;  // of a block
    torch::Tensor memory_;
    std::unique_ptr<SpoolFile> file_;
};

double usualFeatureMemory() {
    return static_cast<double>(availableMemory()) / 2.0;
}

FeatureGrams::FeatureGrams(const SrModel& model, std::vector<std::string> keys, std::size_t patches,
                           const FeatureMemory& memory)
    : model_(model)
    , keys_(std::move(keys))
    , patches_(patches)
    , memory_(memory) {
    if (keys_.empty() || patches < 2) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("features of at least one tap and two patches are wanted, found {} and {}",
                                keys_.size(), patches));
    }
}

FeatureGrams::~FeatureGrams() = default;

std::size_t FeatureGrams::patchesAtOnce() const {
    return std::max<std::size_t>(atOnce_, 1);
}

std::size_t FeatureGrams::patchesAtOnce(const Image& patch) const {
    if (atOnce_ > 0) {
        return atOnce_;
    }
    const auto pixels = static_cast<std::int64_t>(patch.width()) * patch.height();
    const auto most = model_.implementation().device().is_cuda() ? patchPixelsCuda : patchPixelsCpu;
    return static_cast<std::size_t>(std::max<std::int64_t>(most / pixels, 1));
}

std::size_t FeatureGrams::done() const {
    return done_;
}

bool FeatureGrams::spools() const {
    return std::ranges::any_of(rows_, [](const auto& rows) { return rows != nullptr && rows->spools(); });
}

void FeatureGrams::observeSr(SrObserver observer) {
    observer_ = std::move(observer);
}

bool FeatureGrams::add(std::span<const Image> patches, const std::stop_token& stop, const Progress& progress) {
    if (patches.empty()) {
        return true;
    }
    if (patches.size() > patches_ - done_) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("{} patches were stated, {} were added", patches_, done_ + patches.size()));
    }
    const auto& first = patches.front();
    for (const auto& patch : patches) {
        if (patch.width() != first.width() || patch.height() != first.height()) {
            throw Error(ErrorCode::InvalidArgument,
                        fmt::format("{} has {}x{} pixels, {} has {}x{}: patches of one size are wanted", patch.file,
                                    patch.width(), patch.height(), first.file, first.width(), first.height()));
        }
    }
    atOnce_ = patchesAtOnce(first);
    while (!patches.empty()) {
        if (stop.stop_requested()) {
            return false;
        }
        const auto batch = patches.first(std::min(atOnce_, patches.size()));
        const StoppableEvaluation stoppable(stop);
        bool waits = true;  // there is room for its features
        const auto end = evaluateWatched(model_.implementation(), weights_, "its features cannot be taken",
                                         [&] { waits = measure(batch); });
        if (end.stopped) {
            return false;
        }
        if (!waits) {
            atOnce_ = 1;
            continue;
        }
        if (end.isDone()) {
            std::ranges::transform(batch, std::back_inserter(files_), &Image::file);
            patches = patches.subspan(batch.size());
            done_ += batch.size();
            if (progress) {
                progress(done_);
            }
        } else if (batch.size() > 1) {
            atOnce_ = batch.size() / 2;
        } else {
            throw Error(ErrorCode::OutOfMemory,
                        fmt::format("{}: not enough memory for the features of a patch of {}x{} pixels ({}); allow "
                                    "less memory for waiting features (--memory) or choose smaller patches",
                                    model_.card().name, first.width(), first.height(), end.lackOfMemory));
        }
    }
    return true;
}

bool FeatureGrams::measure(std::span<const Image> patches) {
    const at::NoGradGuard noGradients;
    const auto& implementation = model_.implementation();
    const auto input = implementation.toInput(batchOf(patches));
    InputSink sink(keys_);
    const auto sr = implementation.forward(input, &sink);
    const auto count = std::ssize(patches);
    if (sink.sawSingleImages(count)) {
        return false;
    }
    const bool isFirst = rows_.empty();
    bytesLeft_ = isFirst ? memory_.bytes - sink.bytes() : bytesLeft_;
    std::vector<std::unique_ptr<Rows>> made;
    for (std::size_t k = 0; k < keys_.size(); ++k) {  // one after the other, so that what is taken goes with each
        const auto rows = rowsAt(sink, keys_[k], input, sr, model_, memory_.pooling);
        checkFinite(rows, patches, keys_[k], model_.card().name);
        if (isFirst) {
            made.push_back(std::make_unique<Rows>(rows, patches_, bytesLeft_));
        }
        (isFirst ? made : rows_)[k]->put(done_, rows);
    }
    if (isFirst) {
        rows_ = std::move(made);
    }
    for (std::int64_t i = 0; observer_ && i < count; ++i) {
        observer_(done_ + static_cast<std::size_t>(i),
                  implementation.toSrImage(sr.narrow(0, i, 1), input.narrow(0, i, 1)));
    }
    return true;
}

std::optional<std::vector<FeatureGram>> FeatureGrams::grams(const std::stop_token& stop) {
    if (done_ != patches_) {
        throw Error(ErrorCode::InvalidArgument,
                    fmt::format("the features of {} patches were stated, those of {} are there", patches_, done_));
    }
    try {
        const at::NoGradGuard noGradients;
        for (auto k = grams_.size(); k < keys_.size(); ++k) {
            auto gram = rows_[k]->gram(model_.card().name, files_, keys_[k], stop);
            if (!gram) {
                return std::nullopt;
            }
            grams_.push_back(*std::move(gram));
            rows_[k].reset();
        }
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        throw Error(
            isOutOfMemory(error) ? ErrorCode::OutOfMemory : ErrorCode::ModelFailure,
            fmt::format("the products of {} patches' features cannot be computed: {}", patches_, briefMessage(error)));
    }
    rows_.clear();
    return std::exchange(grams_, {});
}

}  // namespace lamscope
