// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/every_family.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "support/restoration_networks.h"
#include "support/small_networks.h"
#include "support/synthetic_checkpoint.h"

namespace lamscope::test {

namespace {

/// The MSRResNet of KAIR, x2, of three features.
Checkpoint kairResNet() {
    CheckpointMaker maker;
    maker.convolution("model.0", 3, 3);
    for (int i = 0; i < 2; ++i) {
        maker.convolution(fmt::format("model.1.sub.{}.res.0", i), 3, 3);
        maker.convolution(fmt::format("model.1.sub.{}.res.2", i), 3, 3);
    }
    maker.convolution("model.1.sub.2", 3, 3).convolution("model.2", 3, 12).convolution("model.5", 3, 3);
    return maker.convolution("model.7", 3, 3, 3, false).checkpoint();
}

/// The plain network of the FAIG authors, x2, of four features.
Checkpoint srcnnStyle() {
    CheckpointMaker maker;
    maker.convolution("features.0", 3, 3);
    for (int i = 2; i <= 10; i += 2) {
        maker.convolution(fmt::format("features.{}", i), i == 2 ? 3 : 4, 4);
    }
    return maker.convolution("features.12", 4, 16)
        .convolution("features.15", 4, 4)
        .convolution("features.17", 4, 3)
        .checkpoint();
}

}  // namespace

const std::map<std::string, Checkpoint (*)()>& smallNetworks() {
    static const std::map<std::string, Checkpoint (*)()> networks{
        {"small CSNLN", [] { return csnln(3, 2, 2).checkpoint(); }},
        {"small DnCNN", [] { return normalisedDnCnn(1, 4, 5).checkpoint(); }},
        {"small DRLN",
         [] {
             return drln(4, {3, 3}, {2, 2}).checkpoint();
         }},
        {"small DRUNet",
         [] {
             return druNet(3, 3, {4, 5, 4, 6}, 1).checkpoint();
         }},
        {"small IMDN of the challenge", [] { return imdnAim(8, 2, 2, 4).checkpoint(); }},
        {"small IRCNN", [] { return convolutionRow(3, 3, 5, 7).checkpoint(); }},
        {"small LMLT", [] { return lmlt(6, 2, 2, 2).checkpoint(); }},
        {"small MPRNet", [] { return mprnet({}).checkpoint(); }},
        {"small MAN", [] { return man(6, {1}, 2).checkpoint(); }},
        {"small MSRN", [] { return msrn(4, 2, 2).checkpoint(); }},
        {"small MSRResNet of KAIR", kairResNet},
        {"small NAFNet",
         [] {
             return nafnet(4, {1, 1}, 1, {1, 1}).checkpoint();
         }},
        {"small PReNet", [] { return preNet(4, {}).checkpoint(); }},
        {"small PRN, recursive", [] { return preNet(4, {.memory = false, .recursive = true}).checkpoint(); }},
        {"small RDN", [] { return rdn({.features = 4, .blocks = 2, .layers = 3, .growth = 3}, 4).checkpoint(); }},
        {"small Restormer", [] { return restormer({.features = 4, .heads = 2}).checkpoint(); }},
        {"small Restormer, bias-free", [] { return restormer({.features = 4, .isBiasFree = true}).checkpoint(); }},
        {"small RFDN", [] { return rfdn(8, 4, 4, 4, 4).checkpoint(); }},
        {"small RRDBNet", [] { return rrdbNet({}).checkpoint(); }},
        {"small RRDBNet on a coarser grid", [] { return rrdbNet({.blocks = 1, .colours = 12}).checkpoint(); }},
        {"small SRCNN-style", srcnnStyle},
        {"small SAFMN", [] { return safmn(8, 1, 4, 2).checkpoint(); }},
        {"small SAFMN of three levels", [] { return safmn(6, 2, 3, 3).checkpoint(); }},
        {"small Uformer",
         [] {
             return uformer({.depths = {2, 1, 1, 1, 2, 1, 1, 1, 2}}).checkpoint();
         }},
    };
    return networks;
}

const std::vector<std::string>& publishedFiles() {
    static const std::vector<std::string> files{"bsrn_x4_ntire2022.pth", "fsrcnn_x4.pth", "imdn_x4.pth",
                                                "lapsrn_x2x4.pth",       "pan_x4.pth",    "rfdn_aim_x4.pth",
                                                "rlfn_x4_ntire2022.pth"};
    return files;
}

std::vector<std::string> networksToEvaluate() {
    static constexpr std::array large{"MPRNet small",
                                      "NAFNet small",
                                      "Restormer small",
                                      "Uformer small",
                                      "A2N x2",
                                      "DnCNN 17",
                                      "PReNet 6",
                                      "ATD-light",
                                      "CATANet other",
                                      "CRAFT 48",
                                      "CSNLN x4",
                                      "DCTLSA 55",
                                      "DRCT 60",
                                      "DRLN x4",
                                      "ESC 64",
                                      "HiT-SIR 60",
                                      "HiT-SNG 60",
                                      "HiT-SRF",
                                      "LBNet 32",
                                      "LMLT",
                                      "MAN ",
                                      "MSRN x4",
                                      "MambaIR-light",
                                      "MambaIRv2-light 48",
                                      "OmniSR 64",
                                      "PFT",
                                      "PLKSR 64",
                                      "RDN ",
                                      "RGT type 48",
                                      "RRDBNet x4",
                                      "RealPLKSR 64",
                                      "SAFMN++ 36",
                                      "SAFMNv3 40",
                                      "SMFANet+ 48",
                                      "SPANF3 32",
                                      "SPANPlus 48",
                                      "SRFormer type 48",
                                      "SRFormer-light",
                                      "VapSR 48"};
    auto names = networksOfEveryFamily();
    std::erase_if(names, [](const std::string& name) {
        return std::ranges::any_of(large, [&](const char* record) { return name.starts_with(record); });
    });
    return names;
}

std::vector<std::string> networksOfEveryFamily() {
    auto names = syntheticRecords();
    for (const auto& [name, make] : smallNetworks()) {
        names.push_back(name);
    }
    names.insert(names.end(), publishedFiles().begin(), publishedFiles().end());
    return names;
}

}  // namespace lamscope::test
