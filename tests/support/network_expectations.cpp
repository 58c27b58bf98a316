// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/network_expectations.h"

#include <algorithm>

namespace lamscope::test {

namespace {

using Networks = std::vector<ExpectedNetwork>;

/// The records of the first sheet.
Networks established() {
    return {
        {"CARN multi-scale x4 (synthetic)", "CARN", 4, {{"features", "64"}, {"groups", "1"}}},
        {"SPAN 48ch x4 (synthetic, unfused keys)", "SPAN", 4, {{"features", "48"}, {"blocks", "6"}}},
        {"EDSR baseline x4 (synthetic; LAM_Demo class)", "EDSR", 4, {{"features", "64"}, {"blocks", "16"}}},
        {"RCAN x4 (synthetic; LAM_Demo class)",
         "RCAN",
         4,
         {{"features", "64"}, {"residual groups", "10"}, {"blocks per group", "20"}, {"reduction", "16"}}},
        {"RNAN x4 (synthetic; LAM_Demo class)", "RNAN", 4, {{"features", "64"}, {"residual groups", "10"}}},
        {"DRLN x4 (synthetic; LAM_Demo class)", "DRLN", 4, {{"features", "64"}, {"blocks", "20"}}},
        {"RRDBNet x4 (synthetic; LAM_Demo class)",
         "RRDBNet",
         4,
         {{"features", "64"}, {"blocks", "23"}, {"growth", "32"}}},
        {"SAN x4 (synthetic; LAM_Demo class)",
         "SAN",
         4,
         {{"features", "64"}, {"residual groups", "20"}, {"blocks per group", "10"}, {"reduction", "16"}},
         1e-3},
        {"DBPN T=7 x4 (synthetic)", "DBPN", 4, {{"features", "256"}, {"base filters", "64"}, {"stages", "7"}}},
        {"SRResNet twtygqyy x4 (synthetic)", "SRResNet", 4, {{"features", "64"}, {"blocks", "16"}}},
        {"MSRResNet BasicSR x4 (synthetic)", "MSRResNet", 4, {{"features", "64"}, {"blocks", "16"}}},
        {"RDN yjn870 x4 (synthetic)",
         "RDN",
         4,
         {{"features", "64"}, {"blocks", "16"}, {"layers per block", "8"}, {"growth", "64"}}},
        {"RDN EDSR-framework x4 (synthetic)",
         "RDN",
         4,
         {{"features", "64"}, {"blocks", "16"}, {"layers per block", "8"}, {"growth", "64"}}},
        {"DDBPN EDSR-framework x4 (synthetic)",
         "DDBPN",
         4,
         {{"features", "128"}, {"reduced features", "32"}, {"depth", "6"}}},
        {"MSRN x4 (synthetic)", "MSRN", 4, {{"features", "64"}, {"blocks", "8"}}},
        {"CSNLN x4 (synthetic)", "CSNLN", 4, {{"features", "128"}, {"depth", "12"}}},
        {"SwinIR-S x4 lightweight (synthetic)",
         "SwinIR",
         4,
         {{"embedding", "60"},
          {"depths", "6 6 6 6"},
          {"heads", "6"},
          {"window", "8"},
          {"upsampler", "pixelshuffledirect"}}},
        {"SwinIR tiny real-type x4: depths 2,2 dim 24 heads 3 (synthetic)",
         "SwinIR",
         4,
         {{"embedding", "24"}, {"depths", "2 2"}, {"heads", "3"}, {"window", "8"}, {"upsampler", "nearest+conv"}}},
        {"HAT-S x4 (synthetic)",
         "HAT",
         4,
         {{"embedding", "144"},
          {"depths", "6 6 6 6 6 6"},
          {"heads", "6"},
          {"window", "16"},
          {"compression", "24"},
          {"squeeze", "24"}}},
        {"DAT-light x4 (synthetic)",
         "DAT",
         4,
         {{"embedding", "60"},
          {"depths", "18"},
          {"heads", "6"},
          {"split", "8x32"},
          {"upsampler", "pixelshuffledirect"}}},
        {"DAT small x4: split 8x16, depth 6,6, dim 60 (synthetic)",
         "DAT",
         4,
         {{"embedding", "60"}, {"depths", "6 6"}, {"heads", "6"}, {"split", "8x16"}, {"upsampler", "pixelshuffle"}}},
        {"DAT small x4: split 8x16, depth 4,2, dim 96 heads 4, BN statistics filled (synthetic)",
         "DAT",
         4,
         {{"embedding", "96"}, {"depths", "4 2"}, {"heads", "4"}, {"split", "8x16"}, {"upsampler", "pixelshuffle"}}},
        {"SAFMN x4 (synthetic)", "SAFMN", 4, {{"features", "36"}, {"blocks", "8"}}},
        {"SRCNN 9-5-5 Y (synthetic)", "SRCNN", 1, {{"kernels", "9-5-5"}, {"features", "64-32"}}},
        {"fsrcnn_x4.pth", "FSRCNN", 4, {{"features", "56"}, {"shrunk features", "12"}, {"mapping layers", "4"}}},
        {"lapsrn_x2x4.pth (x4 output)", "LapSRN", 4, {{"features", "64"}, {"levels", "2"}, {"layers per level", "10"}}},
    };
}

/// Compact, SPAN and its kin, PLKSR, RealPLKSR.
Networks convolutional() {
    return {};
}

/// SMFANet, SAFMN++ and SAFMNv3, LMLT, EFDN, PFDN, PlainUSR, VapSR.
Networks modulating() {
    return {};
}

/// OmniSR, HiT-SR, SRFormer, DRCT.
Networks windowed() {
    return {};
}

/// CRAFT, MAN, ATD, PFT.
Networks routed() {
    return {};
}

/// MambaIR, RGT, CATANet.
Networks scanning() {
    return {
        {"MambaIR-light type 60 2,2 x4 (synthetic)",
         "MambaIR",
         4,
         {{"embedding", "60"},
          {"depths", "2 2"},
          {"states", "10"},
          {"expansion", "1.2"},
          {"upsampler", "pixelshuffledirect"}}},
        {"MambaIR 60 2,1 pixelshuffle x2 (synthetic)",
         "MambaIR",
         2,
         {{"embedding", "60"}, {"depths", "2 1"}, {"states", "16"}, {"expansion", "2"}, {"upsampler", "pixelshuffle"}}},
        {"MambaIRv2-light 48 2,2 w16 x4 (synthetic)",
         "MambaIRv2-light",
         4,
         {{"embedding", "48"},
          {"depths", "2 2"},
          {"heads", "4"},
          {"window", "16"},
          {"states", "8"},
          {"classes", "64"},
          {"inner rank", "32"}}},
        {"MambaIRv2-light 36 2,1 w8 x3 (synthetic)",
         "MambaIRv2-light",
         3,
         {{"embedding", "36"},
          {"depths", "2 1"},
          {"heads", "3"},
          {"window", "8"},
          {"states", "6"},
          {"classes", "12"},
          {"inner rank", "10"}}},
        {"MambaIRv2 48 2,1 w16 pixelshuffle x4 (synthetic)",
         "MambaIRv2",
         4,
         {{"embedding", "48"},
          {"depths", "2 1"},
          {"heads", "4"},
          {"window", "16"},
          {"states", "8"},
          {"classes", "32"},
          {"inner rank", "16"},
          {"upsampler", "pixelshuffle"}}},
        {"team40_mambairv2light.pth",
         "MambaIRv2-light",
         4,
         {{"embedding", "48"}, {"depths", "5 5 5 5"}, {"window", "16"}, {"states", "8"}, {"classes", "64"}}},
        {"RGT type 48 4,3 split 8x16 x4 (synthetic)",
         "RGT",
         4,
         {{"embedding", "48"},
          {"depths", "4 3"},
          {"heads", "4"},
          {"split", "8x16"},
          {"reduced features", "24"},
          {"residual connection", "1conv"}}},
        {"RGT 32 3,2 split 4x8 c_ratio 0.75 3conv x2 (synthetic)",
         "RGT",
         2,
         {{"embedding", "32"},
          {"depths", "3 2"},
          {"heads", "2"},
          {"split", "4x8"},
          {"reduced features", "24"},
          {"residual connection", "3conv"}}},
        {"CATANet x4 (synthetic)", "CATANet", 4, {{"features", "40"}, {"blocks", "8"}}},
        {"CATANet other tokens and group sizes x2 (synthetic)",
         "CATANet",
         2,
         {{"features", "40"}, {"blocks", "8"}},
         1e-4,
         {{"group_size", {100, 64, 48, 32}}}},
    };
}

/// DCTLSA, A2N, LBNet, ESC.
Networks mixed() {
    return {};
}

}  // namespace

const std::vector<ExpectedNetwork>& expectedNetworks() {
    static const auto all = [] {
        Networks networks;
        for (const auto& some :
             {established(), convolutional(), modulating(), windowed(), routed(), scanning(), mixed()}) {
            networks.insert(networks.end(), some.begin(), some.end());
        }
        return networks;
    }();
    return all;
}

ModelSettings recordSettings(const std::string& record) {
    ModelSettings settings;
    const auto& networks = expectedNetworks();
    const auto found = std::ranges::find(networks, record, &ExpectedNetwork::record);
    if (found != networks.end()) {
        settings.assumptions = found->assumptions;
        if (found->scale != 4) {  // files of several scales have 4 for their default
            settings.scale = found->scale;
        }
    }
    return settings;
}

}  // namespace lamscope::test
