// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace lamscope::ui {

/// What a file is taken for, by its name alone: what is inside is found out in the background.
enum class FileKind { Image, Network, Session, Study };

/// Settings as in "net.pth:scale=4" may follow the name of a network; the address of a server is a network, too.
[[nodiscard]] FileKind kindOfFile(const QString& file);

/// The endings of image files that are read, in lower case, without a dot.
[[nodiscard]] const QStringList& imageSuffixes();

/// Patterns for file dialogs, as Qt wants them.
[[nodiscard]] QString imageFilter();
[[nodiscard]] QString networkFilter();
[[nodiscard]] QString sessionFilter();
/// The same with figures, which hold the session that they were made of.
[[nodiscard]] QString savedSessionFilter();
/// Stores and descriptions.
[[nodiscard]] QString studyFilter();

}  // namespace lamscope::ui
