// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QThreadPool>
#include <functional>
#include <memory>
#include <unordered_map>

#include "image/image.h"
#include "view/areas_of_interest.h"
#include "view/layers.h"
#include "view/pyramid.h"
#include "view/restoration_pictures.h"
#include "view/sr_error.h"

namespace lamscope::ui {

/// Pictures and sets that take too long to compute on the GUI thread. They are computed once, on another thread, and
/// kept as long as their source lives. Each function returns the value, or null and starts the computation. ready()
/// follows; or failed() follows, and the next call tries again. To be called on the GUI thread; the sources must not be
/// null. The destructor waits for the computation at work.
class DerivedPictures : public QObject {
    Q_OBJECT

public:
    explicit DerivedPictures(QObject* parent = nullptr);
    ~DerivedPictures() override;
    DerivedPictures(const DerivedPictures&) = delete;
    DerivedPictures& operator=(const DerivedPictures&) = delete;

    [[nodiscard]] std::shared_ptr<const Pyramid> pyramid(const std::shared_ptr<const Image>& image);
    [[nodiscard]] std::shared_ptr<const Pyramid> greyPyramid(const std::shared_ptr<const Image>& image);
    /// The SR image belongs to one HR image as long as it lives.
    [[nodiscard]] std::shared_ptr<const Pyramid> srError(const std::shared_ptr<const Image>& sr,
                                                         const std::shared_ptr<const Image>& hr);
    /// The degraded image belongs to one clean image as long as it lives; of files, the clean one to one degraded one.
    [[nodiscard]] std::shared_ptr<const DegradationPictures> degradation(const RestorationImages& images);
    /// The output belongs to one pair of images, and to one place in them, as long as it lives.
    [[nodiscard]] std::shared_ptr<const RestorationPictures> restoration(const std::shared_ptr<const Image>& output,
                                                                         const RestorationImages& images,
                                                                         const Rect& place);
    [[nodiscard]] std::shared_ptr<const AreaOfContribution> area(const std::shared_ptr<const LamResult>& result);
    [[nodiscard]] std::shared_ptr<const MassSet> mass(const std::shared_ptr<const LamResult>& result);

signals:
    void ready();
    void failed(const QString& reason);

private:
    /// Values by their source. An entry whose source is gone counts as absent: another source may have its address now.
    template <typename Source, typename Value>
    struct Store {
        struct Entry {
            std::weak_ptr<const Source> source;
            std::shared_ptr<const Value> value;  ///< null while it is being computed
        };
        std::unordered_map<const Source*, Entry> entries;
    };

    template <typename Source, typename Value>
    std::shared_ptr<const Value> get(Store<Source, Value>& store, const std::shared_ptr<const Source>& source,
                                     const std::function<Value(const Source&)>& compute);

    Store<Image, Pyramid> pyramids_;
    Store<Image, GreyPyramid> greyPyramids_;
    Store<Image, SrErrorPyramid> srErrors_;
    Store<Image, DegradationPictures> degradations_;
    Store<Image, RestorationPictures> restorations_;
    Store<LamResult, AreaOfContribution> areas_;
    Store<LamResult, MassSet> masses_;
    QThreadPool pool_;
};

}  // namespace lamscope::ui
