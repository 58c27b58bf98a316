// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "method/restoration/derain_document.h"
#include "model/model_card.h"
#include "study/evaluate.h"
#include "training/backgrounds.h"
#include "training/training_log.h"
#include "training/training_options.h"

namespace lamscope {

/// The results of a trained network on one test set, and of bicubic enlargement.
struct TrainingTest {
    std::string set;  ///< the name shown to readers, e.g. "Set5"
    Evaluation network;
    Evaluation bicubic;
};

/// All that a reader of the card needs to know about the origin of a trained network.
struct TrainingCard {
    ModelCard model;  ///< of the weight file
    TrainingOptions options;
    std::string command;  ///< the command that trains the network, as typed
    std::size_t trainingImages = 0;
    std::size_t validationImages = 0;
    std::vector<TrainingLogEntry> log;
    std::vector<TrainingTest> tests;
    std::vector<Background> backgrounds;        ///< that it was trained on, if not all images
    std::string about;                          ///< what samples are made of, in words; may be empty
    std::optional<DerainDocument> restoration;  ///< of the network alone, on TrainingOptions::evaluations
};

/// The card as a JSON document with a final newline: name, file, sha256, architecture, scale, range, parameters,
/// receptive field, licence, the training and its description, the learning curve (every validation), the tests
/// with the numbers of `lamscope-cli evaluate`, and the restoration with those of `lamscope-cli derain`.
[[nodiscard]] std::string toJson(const TrainingCard& card);

}  // namespace lamscope
