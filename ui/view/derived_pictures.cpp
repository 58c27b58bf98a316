// SPDX-License-Identifier: GPL-3.0-or-later
#include "view/derived_pictures.h"

#include <QMetaObject>
#include <utility>

#include "session/queued_call.h"

namespace lamscope::ui {

DerivedPictures::DerivedPictures(QObject* parent)
    : QObject(parent) {
    pool_.setMaxThreadCount(1);  // the networks need the processor more
}

DerivedPictures::~DerivedPictures() {
    pool_.clear();
    pool_.waitForDone();
}

template <typename Source, typename Value>
std::shared_ptr<const Value> DerivedPictures::get(Store<Source, Value>& store,
                                                  const std::shared_ptr<const Source>& source,
                                                  const std::function<Value(const Source&)>& compute) {
    const auto found = store.entries.find(source.get());
    if (found != store.entries.end() && found->second.source.lock() == source) {
        return found->second.value;
    }
    std::erase_if(store.entries, [](const auto& each) { return each.second.source.expired(); });
    store.entries[source.get()] = {source, nullptr};
    const auto weak = std::weak_ptr(source);
    computeOn(
        pool_, this,
        [weak, compute] {
            const auto alive = weak.lock();
            return alive ? std::make_shared<const Value>(compute(*alive)) : nullptr;
        },
        [this, &store, weak](const std::shared_ptr<const Value>& value) {
            if (const auto wanted = weak.lock()) {
                store.entries[wanted.get()].value = value;
                emit ready();
            }
        },
        [this, &store, weak](const QString& reason) {
            if (const auto wanted = weak.lock()) {
                store.entries.erase(wanted.get());
                emit failed(reason);
            }
        });
    return nullptr;
}

std::shared_ptr<const Pyramid> DerivedPictures::pyramid(const std::shared_ptr<const Image>& image) {
    return get<Image, Pyramid>(pyramids_, image, qOverload<const Image&>(&makePyramid));
}

std::shared_ptr<const Pyramid> DerivedPictures::greyPyramid(const std::shared_ptr<const Image>& image) {
    const auto grey = get<Image, GreyPyramid>(greyPyramids_, image, &makeGreyPyramid);
    return grey ? std::shared_ptr<const Pyramid>(grey, &grey->pyramid) : nullptr;
}

std::shared_ptr<const Pyramid> DerivedPictures::srError(const std::shared_ptr<const Image>& sr,
                                                        const std::shared_ptr<const Image>& hr) {
    const auto error =
        get<Image, SrErrorPyramid>(srErrors_, sr, [hr](const Image& image) { return makeSrErrorPyramid(image, *hr); });
    return error ? std::shared_ptr<const Pyramid>(error, &error->pyramid) : nullptr;
}

std::shared_ptr<const DegradationPictures> DerivedPictures::degradation(const RestorationImages& images) {
    const auto& source = images.source == DegradationSource::Files ? images.clean : images.degraded;
    return get<Image, DegradationPictures>(degradations_, source,
                                           [images](const Image&) { return makeDegradationPictures(images); });
}

std::shared_ptr<const RestorationPictures> DerivedPictures::restoration(const std::shared_ptr<const Image>& output,
                                                                        const RestorationImages& images,
                                                                        const Rect& place) {
    return get<Image, RestorationPictures>(restorations_, output, [images, place](const Image& whole) {
        return makeRestorationPictures(whole, images, place);
    });
}

std::shared_ptr<const AreaOfContribution> DerivedPictures::area(const std::shared_ptr<const LamResult>& result) {
    return get<LamResult, AreaOfContribution>(areas_, result, &areaOfContribution);
}

std::shared_ptr<const MassSet> DerivedPictures::mass(const std::shared_ptr<const LamResult>& result) {
    return get<LamResult, MassSet>(masses_, result, &massSet);
}

}  // namespace lamscope::ui
