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
    return {
        {"Compact 64x16 x4 prelu (synthetic)", "Compact", 4, {{"features", "64"}, {"convolutions", "16"}}},
        {"Compact 24x8 x2 prelu (synthetic)", "Compact", 2, {{"features", "24"}, {"convolutions", "8"}}},
        {"Compact 32x4 x3 relu (synthetic)", "Compact", 3, {{"features", "32"}, {"convolutions", "4"}}},
        {"Compact 32x4 x1 leakyrelu (synthetic)",
         "Compact",
         1,
         {{"features", "32"}, {"convolutions", "4"}},
         1e-4,
         {{"slope", {0.1}}}},
        {"PLKSR 64x4 DCCM k17 EA x4 (synthetic)",
         "PLKSR",
         4,
         {{"features", "64"}, {"blocks", "4"}, {"upsampler", "pixelshuffle"}}},
        {"PLKSR 32x3 CCM k13 x2 (synthetic)", "PLKSR", 2, {{"features", "32"}, {"blocks", "3"}}},
        {"PLKSR 32x2 ICCM rectangular k9 x3 (synthetic)", "PLKSR", 3, {{"features", "32"}, {"blocks", "2"}}},
        {"PLKSR 32x2 DCCM sparse 5,5,5,5 x2 (synthetic)", "PLKSR", 2, {{"features", "32"}, {"blocks", "2"}}},
        {"RealPLKSR 64x4 x4 (synthetic)",
         "RealPLKSR",
         4,
         {{"features", "64"}, {"blocks", "4"}, {"upsampler", "pixelshuffle"}}},
        {"RealPLKSR 32x3 dysample x4 (synthetic)",
         "RealPLKSR",
         4,
         {{"features", "32"}, {"blocks", "3"}, {"upsampler", "DySample"}}},
        {"RealPLKSR 32x2 layer_norm dysample x3 (synthetic)",
         "RealPLKSR",
         3,
         {{"features", "32"}, {"blocks", "2"}, {"upsampler", "DySample"}}},
        {"RealPLKSR 24x2 dysample x1 (synthetic)",
         "RealPLKSR",
         1,
         {{"features", "24"}, {"blocks", "2"}, {"upsampler", "DySample"}}},
        {"SPAN 28ch, 20-channel tail x4 (synthetic, eval keys)",
         "SPAN",
         4,
         {{"features", "28"}, {"blocks", "6"}, {"features of the tail", "20"}}},
        {"SPANF 32ch x4 (synthetic)", "SPANF", 4, {{"features", "32"}, {"blocks", "5"}}},
        {"SPANF 24ch x2 (synthetic)", "SPANF", 2, {{"features", "24"}, {"blocks", "5"}}},
        {"team24_spanf.pth", "SPANF", 4, {{"features", "32"}, {"blocks", "5"}}},
        {"ESPAN 32ch x4 (synthetic)", "ESPAN", 4, {{"features", "32"}, {"blocks", "5"}}},
        {"team36_espan.pth", "ESPAN", 4, {{"features", "32"}, {"blocks", "5"}}},
        {"ESRNet 28ch x4 (synthetic)", "ESRNet", 4, {{"features", "28"}, {"blocks", "6"}}},
        {"SPANPlus 48ch dys x4 (synthetic, unfused keys)",
         "SPANPlus",
         4,
         {{"features", "48"}, {"inner blocks", "4"}, {"upsampler", "DySample"}}},
        {"SPANPlus 32ch ps x2 (synthetic, unfused keys)",
         "SPANPlus",
         2,
         {{"features", "32"}, {"inner blocks", "2"}, {"upsampler", "pixelshuffle"}}},
        {"SPANPlus 24ch conv x1 blocks 1,2 (synthetic, unfused keys)",
         "SPANPlus",
         1,
         {{"features", "24"}, {"inner blocks", "1 2"}, {"upsampler", "none"}}},
        {"SPANF3 32ch 5 blocks x2 unshuffle (synthetic, unfused keys)",
         "SPANF3",
         2,
         {{"features", "32"}, {"blocks", "5"}, {"pixel unshuffle", "2"}}},
        {"SPANF3 24ch x3 (synthetic, unfused keys)", "SPANF3", 3, {{"features", "24"}, {"blocks", "6"}}},
    };
}

/// SMFANet, SAFMN++ and SAFMNv3, LMLT, EFDN, PFDN, PlainUSR, VapSR.
Networks modulating() {
    return {
        {"SMFANet 36x8 x4 (synthetic)",
         "SMFANet",
         4,
         {{"features", "36"}, {"blocks", "8"}, {"hidden features", "72"}, {"convolved hidden features", "18"}}},
        {"SMFANet+ 48x12 x2 (synthetic)",
         "SMFANet",
         2,
         {{"features", "48"}, {"blocks", "12"}, {"hidden features", "96"}, {"convolved hidden features", "24"}}},
        {"SMFANet 24x3 ffn 1.5 x3 (synthetic)",
         "SMFANet",
         3,
         {{"features", "24"}, {"blocks", "3"}, {"hidden features", "36"}, {"convolved hidden features", "9"}}},
        {"SMFANet_DF2K_100w_x2SR.pth", "SMFANet", 2, {{"features", "36"}, {"blocks", "8"}}},
        {"SMFANet_DF2K_100w_x4SR.pth", "SMFANet", 4, {{"features", "36"}, {"blocks", "8"}}},
        {"SMFANet_plus_DIV2K_100w_x4SR.pth", "SMFANet", 4, {{"features", "48"}, {"blocks", "12"}}},
        {"SAFMN++ 36x6 x4 (synthetic)",
         "SAFMN++",
         4,
         {{"features", "36"}, {"blocks", "6"}, {"modulated features", "12"}, {"hidden features", "54"}}},
        {"SAFMN++ 24x3 x2 (synthetic)",
         "SAFMN++",
         2,
         {{"features", "24"}, {"blocks", "3"}, {"modulated features", "8"}, {"hidden features", "48"}}},
        {"team23_safmnpp.pth", "SAFMN++", 4, {{"features", "36"}, {"blocks", "6"}, {"hidden features", "54"}}},
        {"SAFMNv3 40x6 x4 (synthetic)",
         "SAFMNv3",
         4,
         {{"features", "40"}, {"blocks", "6"}, {"modulated features", "12"}, {"hidden features", "60"}}},
        {"SAFMNv3 30x3 x3 (synthetic)",
         "SAFMNv3",
         3,
         {{"features", "30"}, {"blocks", "3"}, {"modulated features", "12"}, {"hidden features", "60"}}},
        {"LMLT-tiny 36x8 x4 (synthetic)",
         "LMLT",
         4,
         {{"features", "36"}, {"blocks", "8"}, {"levels", "4"}, {"hidden features", "72"}}},
        {"LMLT 24x2 x3 (synthetic)",
         "LMLT",
         3,
         {{"features", "24"}, {"blocks", "2"}, {"levels", "4"}, {"hidden features", "36"}}},
        {"LMLT_tiny_x2.pth", "LMLT", 2, {{"features", "36"}, {"blocks", "8"}, {"levels", "4"}}},
        {"EFDN 48 x4 (synthetic)", "EFDN", 4, {{"features", "48"}, {"blocks", "4"}, {"distilled features", "24"}}},
        {"EFDN 32 x2 (synthetic)", "EFDN", 2, {{"features", "32"}, {"blocks", "4"}, {"distilled features", "16"}}},
        {"team00_EFDN.pth", "EFDN", 4, {{"features", "48"}, {"blocks", "4"}}},
        {"PlainUSR-M 48/32/16 x4 (synthetic)",
         "PlainUSR",
         4,
         {{"features", "48"}, {"features of the blocks", "48 32 16 32 48"}, {"convolutions per block", "2"}}},
        {"PlainUSR-L 40/32/24 x2 (synthetic)",
         "PlainUSR",
         2,
         {{"features", "40"}, {"features of the blocks", "40 32 24 32 40"}, {"convolutions per block", "3"}}},
        {"PlainUSR-U 32/16 x4 (synthetic)",
         "PlainUSR",
         4,
         {{"features", "32"}, {"features of the blocks", "32 16 32"}, {"convolutions per block", "2"}}},
        {"PlainUSRM_Rep_x4.pth", "PlainUSR", 4, {{"features", "48"}, {"features of the blocks", "48 32 16 32 48"}}},
        {"VapSR 48x21 x4 (synthetic)",
         "VapSR",
         4,
         {{"features", "48"}, {"blocks", "21"}, {"attention features", "64"}, {"groups", "1"}}},
        {"VapSR 32x4 groups 2 x3 (synthetic)",
         "VapSR",
         3,
         {{"features", "32"}, {"blocks", "4"}, {"attention features", "48"}, {"groups", "2"}}},
        {"PFDN 48 x4 (synthetic)", "PFDN", 4, {{"features", "48"}, {"blocks", "4"}, {"partial features", "32"}}},
    };
}

/// OmniSR, HiT-SR, SRFormer, DRCT.
Networks windowed() {
    return {};
}

/// CRAFT, MAN, ATD, PFT.
Networks routed() {
    return {
        {"CRAFT 48 2,2,2,2 x4 (synthetic)",
         "CRAFT",
         4,
         {{"embedding", "48"}, {"depths", "2 2 2 2"}, {"heads", "6"}, {"split", "4x16"}}},
        {"CRAFT 32 2,1 split 2x8 x3 (synthetic)",
         "CRAFT",
         3,
         {{"embedding", "32"}, {"depths", "2 1"}, {"heads", "4"}, {"split", "2x8"}}},
        {"team34_craft.pth",
         "CRAFT",
         4,
         {{"embedding", "48"}, {"depths", "2 2 2 2"}, {"heads", "6"}, {"split", "4x16"}}},
        {"MAN-tiny 48 5 blocks x4 (synthetic)", "MAN", 4, {{"features", "48"}, {"groups", "1"}, {"blocks", "5"}}},
        {"MAN 30 2 groups of 2 x3 (synthetic)", "MAN", 3, {{"features", "30"}, {"groups", "2"}, {"blocks", "4"}}},
        {"ATD-light type 48 3,3 w16 x4 (synthetic)",
         "ATD",
         4,
         {{"embedding", "48"},
          {"depths", "3 3"},
          {"heads", "4"},
          {"window", "16"},
          {"tokens", "64"},
          {"reduced dimension", "8"},
          {"upsampler", "pixelshuffledirect"}}},
        {"ATD 36 2,2 w8 category 100 pixelshuffle x2 (synthetic)",
         "ATD",
         2,
         {{"embedding", "36"},
          {"depths", "2 2"},
          {"heads", "3"},
          {"window", "8"},
          {"tokens", "20"},
          {"reduced dimension", "5"},
          {"upsampler", "pixelshuffle"}},
         1e-4,
         {{"category_size", {100.0}}}},
        {"PFT-light type 40 2,2,2 w8 x4 (synthetic)",
         "PFT",
         4,
         {{"embedding", "40"},
          {"depths", "2 2 2"},
          {"heads", "4"},
          {"window", "8"},
          {"upsampler", "pixelshuffledirect"}},
         1e-4,
         {{"top_k", {64.0, 64.0, 24.0, 24.0, 10.0, 10.0}}}},
        {"PFT type 108 2,2 w8 pixelshuffle x2 (synthetic)",
         "PFT",
         2,
         {{"embedding", "108"}, {"depths", "2 2"}, {"heads", "6"}, {"window", "8"}, {"upsampler", "pixelshuffle"}},
         1e-4,
         {{"top_k", {64.0, 64.0, 16.0, 16.0}}}},
    };
}

/// MambaIR, RGT, CATANet.
Networks scanning() {
    return {};
}

/// DCTLSA, A2N, LBNet, ESC.
Networks mixed() {
    return {
        {"DCTLSA 55 x4 (synthetic, BN statistics filled)",
         "DCTLSA",
         4,
         {{"features", "55"}, {"modules", "6"}, {"heads", "5"}}},
        {"DCTLSA 40 heads 4 x3 (synthetic, BN statistics filled)",
         "DCTLSA",
         3,
         {{"features", "40"}, {"modules", "6"}, {"heads", "4"}},
         1e-4,
         {{"heads", {4.0}}}},
        {"A2N x4 (synthetic)", "A2N", 4, {{"features", "40"}, {"blocks", "16"}}},
        {"A2N x2 (synthetic)", "A2N", 2, {{"features", "40"}, {"blocks", "16"}}},
        {"LBNet-T 18 x4 (synthetic)", "LBNet", 4, {{"features", "18"}, {"heads", "6"}}},
        {"LBNet 32 x2 (synthetic)", "LBNet", 2, {{"features", "32"}, {"heads", "8"}}},
        {"ESC 64 2 blocks w32 x4 (synthetic)",
         "ESC",
         4,
         {{"features", "64"},
          {"blocks", "2"},
          {"convolutions per block", "5"},
          {"kernel", "13"},
          {"window", "32"},
          {"heads", "4"}}},
        {"ESC 32 2 blocks w8 use_ln x2 (synthetic)",
         "ESC",
         2,
         {{"features", "32"},
          {"blocks", "2"},
          {"convolutions per block", "2"},
          {"kernel", "9"},
          {"window", "8"},
          {"heads", "2"}}},
    };
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
