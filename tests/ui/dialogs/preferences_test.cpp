// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFile>
#include <QPainter>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>

#include "dialogs/icons.h"
#include "dialogs/recent_files.h"
#include "dialogs/settings.h"
#include "dialogs/settings_dialog.h"
#include "dialogs/theme.h"

namespace lamscope::ui {

namespace {

/// The contrast ratio of WCAG 2: 1 (equal) to 21 (black on white).
double contrast(const QColor& first, const QColor& second) {
    const auto luminance = [](const QColor& colour) {
        const auto linear = [](double value) {
            return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
        };
        return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
    };
    const double a = luminance(first) + 0.05;
    const double b = luminance(second) + 0.05;
    return std::max(a, b) / std::min(a, b);
}

/// The colour of the most opaque pixel.
QColor strokeColour(const QImage& image) {
    QColor result = Qt::transparent;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            if (image.pixelColor(x, y).alpha() > result.alpha()) {
                result = image.pixelColor(x, y);
            }
        }
    }
    return result;
}

}  // namespace

class PreferencesTest : public QObject {
    Q_OBJECT

private slots:
    void init();
    void settingsSurviveARoundTrip();
    void absentAndSenselessSettingsAreTheDefaults();
    void numbersOutsideTheirRangeAreMovedToItsEnd();
    void theDialogShowsWhatItIsGiven();
    void theDialogAnnouncesWhatWasChosen();
    void cancelAnnouncesNothing();
    void restoreDefaultsFillsTheFields();
    void recentFilesAreNewestFirstWithoutDuplicates();
    void recentFilesThatAreGoneAreNotShown();
    void recentFilesKeepTheirLimit();
    void recentFilesAreKept();
    void textIsLegibleInBothThemes();
    void theThemesAreNeutral();
    void aChosenThemeDressesTheApplication();
    void everyIconIsDrawn();
    void iconsFollowTheTheme();

private:
    QString path(const QString& name) const { return folder_.filePath(name); }
    QString touch(const QString& name) const;

    QTemporaryDir folder_;
    std::unique_ptr<QSettings> store_;
};

void PreferencesTest::init() {
    store_ = std::make_unique<QSettings>(path(QStringLiteral("settings.ini")), QSettings::IniFormat);
    store_->clear();
}

QString PreferencesTest::touch(const QString& name) const {
    QFile file(path(name));
    return file.open(QIODevice::WriteOnly) ? file.fileName() : QString();
}

void PreferencesTest::settingsSurviveARoundTrip() {
    Settings settings;
    settings.theme = Theme::Dark;
    settings.device = DeviceChoice::Cuda;
    settings.computeThreads = 3;
    settings.cacheMiB = 777;
    settings.liveWhileDragging = false;
    settings.autosave = false;
    settings.recentFiles = 4;
    saveSettings(settings, *store_);
    store_->sync();
    const QSettings reread(store_->fileName(), QSettings::IniFormat);
    QVERIFY(loadSettings(reread) == settings);
}

void PreferencesTest::absentAndSenselessSettingsAreTheDefaults() {
    QVERIFY(loadSettings(*store_) == Settings());
    store_->setValue(QStringLiteral("theme"), QStringLiteral("mauve"));
    store_->setValue(QStringLiteral("device"), QStringLiteral("abacus"));
    store_->setValue(QStringLiteral("computeThreads"), QStringLiteral("many"));
    store_->setValue(QStringLiteral("previews"), true);  // of an earlier version
    QVERIFY(loadSettings(*store_) == Settings());
}

void PreferencesTest::numbersOutsideTheirRangeAreMovedToItsEnd() {
    store_->setValue(QStringLiteral("computeThreads"), -1);
    store_->setValue(QStringLiteral("cacheMiB"), 1);
    store_->setValue(QStringLiteral("recentFileCount"), 1000);
    const auto settings = loadSettings(*store_);
    QCOMPARE(settings.computeThreads, 0);
    QCOMPARE(settings.cacheMiB, Settings::leastCacheMiB);
    QCOMPARE(settings.recentFiles, Settings::mostRecentFiles);
}

void PreferencesTest::theDialogShowsWhatItIsGiven() {
    Settings settings;
    settings.theme = Theme::Light;
    settings.device = DeviceChoice::Cpu;
    settings.computeThreads = 2;
    settings.cacheMiB = 512;
    settings.liveWhileDragging = false;
    settings.autosave = false;
    settings.recentFiles = 0;
    const SettingsDialog dialog(settings);
    QVERIFY(dialog.settings() == settings);
}

void PreferencesTest::theDialogAnnouncesWhatWasChosen() {
    SettingsDialog dialog{Settings()};
    Settings chosen;
    int times = 0;
    connect(&dialog, &SettingsDialog::settingsChosen, this, [&](const Settings& settings) {
        chosen = settings;
        ++times;
    });
    dialog.open();
    QVERIFY(QTest::qWaitForWindowExposed(&dialog));
    QTest::keyClick(dialog.findChildren<QComboBox*>().front(), Qt::Key_End);
    for (auto* box : dialog.findChildren<QCheckBox*>()) {
        QTest::mouseClick(box, Qt::LeftButton, {}, QPoint(8, box->height() / 2));
    }
    auto* buttons = dialog.findChild<QDialogButtonBox*>();
    QTest::mouseClick(buttons->button(QDialogButtonBox::Apply), Qt::LeftButton);
    QCOMPARE(times, 1);
    QVERIFY(dialog.isVisible());
    QVERIFY(!chosen.liveWhileDragging);
    QVERIFY(!chosen.autosave);
    QVERIFY(chosen == dialog.settings());
    QVERIFY(chosen != Settings());
    QTest::mouseClick(buttons->button(QDialogButtonBox::Ok), Qt::LeftButton);
    QCOMPARE(times, 2);
    QVERIFY(!dialog.isVisible());
}

void PreferencesTest::cancelAnnouncesNothing() {
    SettingsDialog dialog{Settings()};
    const QSignalSpy chosen(&dialog, &SettingsDialog::settingsChosen);
    dialog.open();
    QVERIFY(QTest::qWaitForWindowExposed(&dialog));
    QTest::mouseClick(dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Cancel), Qt::LeftButton);
    QVERIFY(!dialog.isVisible());
    QCOMPARE(chosen.count(), 0);
}

void PreferencesTest::restoreDefaultsFillsTheFields() {
    Settings settings;
    settings.computeThreads = 7;
    settings.autosave = false;
    SettingsDialog dialog(settings);
    dialog.open();
    QVERIFY(QTest::qWaitForWindowExposed(&dialog));
    QTest::mouseClick(dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::RestoreDefaults), Qt::LeftButton);
    QVERIFY(dialog.settings() == Settings());
}

void PreferencesTest::recentFilesAreNewestFirstWithoutDuplicates() {
    RecentFiles recent(*store_, 10);
    const auto a = touch(QStringLiteral("a.png"));
    const auto b = touch(QStringLiteral("b.png"));
    recent.add(a);
    recent.add(b);
    recent.add(folder_.filePath(QStringLiteral("x/../a.png")));  // the same file by another name
    QCOMPARE(RecentFiles::existing(recent.all()), QStringList({a, b}));
    recent.remove(a);
    QCOMPARE(RecentFiles::existing(recent.all()), QStringList({b}));
    recent.clear();
    QVERIFY(RecentFiles::existing(recent.all()).isEmpty());
}

void PreferencesTest::recentFilesThatAreGoneAreNotShown() {
    RecentFiles recent(*store_, 10);
    const auto a = touch(QStringLiteral("kept.png"));
    const auto b = touch(QStringLiteral("unplugged.png"));
    recent.add(a);
    recent.add(b);
    QVERIFY(QFile::remove(b));
    QCOMPARE(RecentFiles::existing(recent.all()), QStringList({a}));
    touch(QStringLiteral("unplugged.png"));
    QCOMPARE(RecentFiles::existing(recent.all()), QStringList({b, a}));
}

void PreferencesTest::recentFilesKeepTheirLimit() {
    RecentFiles recent(*store_, 2);
    QStringList files;
    for (const auto* name : {"1.png", "2.png", "3.png"}) {
        files.prepend(touch(QString::fromLatin1(name)));
        recent.add(files.front());
    }
    QCOMPARE(RecentFiles::existing(recent.all()), files.mid(0, 2));
    const QSignalSpy changed(&recent, &RecentFiles::changed);
    recent.setLimit(1);
    QCOMPARE(RecentFiles::existing(recent.all()), files.mid(0, 1));
    QCOMPARE(changed.count(), 1);
}

void PreferencesTest::recentFilesAreKept() {
    const auto file = touch(QStringLiteral("again.png"));
    RecentFiles(*store_, 10).add(file);
    store_->sync();
    QSettings reread(store_->fileName(), QSettings::IniFormat);
    QCOMPARE(RecentFiles::existing(RecentFiles(reread, 10).all()), QStringList({file}));
}

void PreferencesTest::textIsLegibleInBothThemes() {
    constexpr double enough = 4.5;  // WCAG 2, level AA
    for (const auto& palette : {lightPalette(), darkPalette()}) {
        for (const auto background : {QPalette::Window, QPalette::Base, QPalette::AlternateBase}) {
            const auto behind = palette.color(background);
            QVERIFY(contrast(palette.color(QPalette::Text), behind) > 7.0);
            QVERIFY(contrast(quietText(palette), behind) > enough);
            const auto colours = statusColours(palette);
            for (const auto& colour : {colours.trouble, colours.note, colours.good, palette.color(QPalette::Link)}) {
                QVERIFY(contrast(colour, behind) > enough);
            }
        }
        QVERIFY(contrast(palette.color(QPalette::ButtonText), palette.color(QPalette::Button)) > 7.0);
        QVERIFY(contrast(palette.color(QPalette::HighlightedText), palette.color(QPalette::Highlight)) > enough);
    }
}

void PreferencesTest::theThemesAreNeutral() {
    for (const auto& palette : {lightPalette(), darkPalette()}) {
        for (const auto role : {QPalette::Window, QPalette::Base, QPalette::Button, QPalette::Mid}) {
            const auto colour = palette.color(role);
            const auto [least, most] = std::minmax({colour.red(), colour.green(), colour.blue()});
            QVERIFY(most - least <= 6);
        }
    }
    QVERIFY(!isDark(lightPalette()));
    QVERIFY(isDark(darkPalette()));
}

void PreferencesTest::aChosenThemeDressesTheApplication() {
    ThemeSwitch themes;
    themes.apply(Theme::Dark);
    QVERIFY(isDark(QApplication::palette()));
    themes.apply(Theme::Light);
    QVERIFY(!isDark(QApplication::palette()));
    QVERIFY(themeFromString(toString(Theme::Dark)) == Theme::Dark);
    QVERIFY(themeFromString(toString(Theme::System)) == Theme::System);
}

void PreferencesTest::everyIconIsDrawn() {
    QVERIFY(iconNames().size() >= 23);
    for (const auto& name : iconNames()) {
        const auto drawn = iconPixmap(name, 24, Qt::blue, 2.0);
        QCOMPARE(drawn.size(), QSize(48, 48));
        QCOMPARE(drawn.devicePixelRatio(), 2.0);
        QVERIFY2(strokeColour(drawn.toImage()) == QColor(Qt::blue), qPrintable(name));
    }
    QVERIFY(icon(QStringLiteral("no such icon")).isNull());
    QVERIFY(applicationIcon().availableSizes().contains(QSize(16, 16)));
}

void PreferencesTest::iconsFollowTheTheme() {
    ThemeSwitch themes;
    const auto fit = icon(QStringLiteral("dice"));  // no desktop has one: our own drawing
    for (const auto theme : {Theme::Light, Theme::Dark}) {
        themes.apply(theme);
        const auto expected = QApplication::palette().color(QPalette::ButtonText);
        QCOMPARE(strokeColour(fit.pixmap(32, 32).toImage()), expected);
        QImage painted(32, 32, QImage::Format_ARGB32);
        painted.fill(Qt::transparent);
        QPainter painter(&painted);
        fit.paint(&painter, painted.rect());
        painter.end();
        QCOMPARE(strokeColour(painted), expected);
        QVERIFY(strokeColour(fit.pixmap(QSize(32, 32), QIcon::Disabled).toImage()) != expected);
    }
}

}  // namespace lamscope::ui

QTEST_MAIN(lamscope::ui::PreferencesTest)
#include "preferences_test.moc"
