// SPDX-License-Identifier: GPL-3.0-or-later
#include "x11_libraries.h"

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

namespace lamscope {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* missing = ": cannot open shared object file: No such file or directory";

TEST(X11Libraries, NameTheDebianPackageOfWhatIsMissing) {
    const std::vector<std::pair<std::string, std::string>> packages{
        {"libxcb-cursor.so.0", "libxcb-cursor0"},
        {"libxcb-icccm.so.4", "libxcb-icccm4"},
        {"libxkbcommon-x11.so.0", "libxkbcommon-x11-0"},
        {"libX11-xcb.so.1", "libx11-xcb1"},
        {"libX11.so.6", "libx11-6"},
        {"libSM.so.6", "libsm6"},
    };
    for (const auto& [library, package] : packages) {
        EXPECT_EQ(x11LibraryMessage(library + missing), "no window can be opened on X11, since the library " + library
                                                            + " is missing; install " + package
                                                            + " (the name of its package on Debian and Ubuntu)");
    }
}

TEST(X11Libraries, NameNoPackageWhereItIsNotKnown) {
    const auto message = x11LibraryMessage(std::string("libQt6XcbQpa.so.6") + missing);
    EXPECT_THAT(message, HasSubstr("libQt6XcbQpa.so.6 is missing"));
    EXPECT_THAT(message, Not(HasSubstr("Debian")));
}

TEST(X11Libraries, PassOnWhatElseTheLoaderSays) {
    const std::string error = "/usr/lib/libqxcb.so: undefined symbol: qt_version_tag, version Qt_6";
    EXPECT_THAT(x11LibraryMessage(error), HasSubstr(error));
}

TEST(X11Libraries, AreNotLookedForOnOtherPlatforms) {
    setenv("DISPLAY", ":0", 1);
    setenv("QT_QPA_PLATFORM", "offscreen", 1);
    EXPECT_EQ(missingX11Library(), "");
}

}  // namespace
}  // namespace lamscope
