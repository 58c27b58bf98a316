// SPDX-License-Identifier: GPL-3.0-or-later
// Tables of a report that change while somebody works in them.
#include "workspaces/study/report_view.h"

#include <QSignalSpy>
#include <QTest>

namespace lamscope::ui {

namespace {

ReportTable tableOf(const std::vector<std::pair<std::string, double>>& rows) {
    ReportTable table{.columns = {{"network", "Network", 0, ColumnSide::Left}, {"di", "DI", 2}}, .rows = {}};
    for (const auto& [name, di] : rows) {
        table.rows.push_back({name, di});
    }
    return table;
}

/// A view of networks and their DI.
class ShownTable {
public:
    ShownTable()
        : view_(QStringLiteral("Networks")) {
        view_.resize(400, 300);
        view_.show();
    }

    void set(const std::vector<std::pair<std::string, double>>& rows) {
        std::vector<std::string> keys;
        for (const auto& row : rows) {
            keys.push_back(row.first);
        }
        view_.setTable(tableOf(rows), keys);
    }
    void click(int row) {
        QTest::mouseClick(view_.viewport(), Qt::LeftButton, {}, view_.visualRect(cell(row, 0)).center());
    }
    [[nodiscard]] QModelIndex cell(int row, int column) const { return view_.model()->index(row, column); }
    [[nodiscard]] QStringList names() const {
        QStringList names;
        for (int row = 0; row < view_.model()->rowCount(); ++row) {
            names << cell(row, 0).data().toString();
        }
        return names;
    }
    [[nodiscard]] QStringList selected() const {
        QStringList names;
        for (const auto& index : view_.selectionModel()->selectedRows()) {
            names << index.data().toString();
        }
        return names;
    }
    [[nodiscard]] ReportView& view() { return view_; }

private:
    ReportView view_;
};

}  // namespace

class ReportViewTest : public QObject {
    Q_OBJECT

private slots:
    void aRowStaysSelectedWhereverItGoes();
    void aRowStaysSelectedInAnOrderOfTheUser();
    void rowsThatGoAreNotSelected();
    void otherColumnsBeginAnew();
};

void ReportViewTest::aRowStaysSelectedWhereverItGoes() {
    ShownTable table;
    table.set({{"edsr", 1.0}, {"rcan", 2.0}});
    table.click(0);
    QCOMPARE(table.selected(), QStringList{QStringLiteral("edsr")});
    const QSignalSpy chosen(&table.view(), &ReportView::rowChosen);

    table.set({{"fsrcnn", 0.5}, {"rcan", 2.0}, {"swinir", 2.5}, {"edsr", 3.0}});
    QCOMPARE(table.names(), (QStringList{QStringLiteral("fsrcnn"), QStringLiteral("rcan"), QStringLiteral("swinir"),
                                         QStringLiteral("edsr")}));
    QCOMPARE(table.selected(), QStringList{QStringLiteral("edsr")});
    QTest::keyClick(&table.view(), Qt::Key_Return);
    QCOMPARE(chosen.size(), 1);
    QCOMPARE(chosen.front().front().toInt(), 3);

    QTest::keyClick(&table.view(), Qt::Key_Up);
    QTest::keyClick(&table.view(), Qt::Key_Return);
    QCOMPARE(chosen.back().front().toInt(), 2);
}

void ReportViewTest::aRowStaysSelectedInAnOrderOfTheUser() {
    ShownTable table;
    table.set({{"a", 1.0}, {"b", 2.0}, {"c", 3.0}});
    table.view().sortByColumn(1, Qt::DescendingOrder);
    table.click(0);
    QCOMPARE(table.selected(), QStringList{QStringLiteral("c")});
    table.set({{"c", 0.5}, {"a", 1.0}, {"b", 2.0}});
    QCOMPARE(table.names(), (QStringList{QStringLiteral("b"), QStringLiteral("a"), QStringLiteral("c")}));
    QCOMPARE(table.selected(), QStringList{QStringLiteral("c")});
    const QSignalSpy chosen(&table.view(), &ReportView::rowChosen);
    QTest::keyClick(&table.view(), Qt::Key_Return);
    QCOMPARE(chosen.front().front().toInt(), 0);  // its place in the table that was set
}

void ReportViewTest::rowsThatGoAreNotSelected() {
    ShownTable table;
    table.set({{"a", 1.0}, {"b", 2.0}, {"c", 3.0}, {"d", 4.0}});
    table.click(2);
    table.set({{"d", 4.0}, {"b", 2.0}});
    QCOMPARE(table.names(), (QStringList{QStringLiteral("d"), QStringLiteral("b")}));
    QVERIFY(!table.selected().contains(QStringLiteral("c")));
    table.set({});
    QCOMPARE(table.view().model()->rowCount(), 0);
    table.set({{"a", 1.0}, {"a", 2.0}});  // two of one name
    QCOMPARE(table.names().size(), 2);
}

void ReportViewTest::otherColumnsBeginAnew() {
    ShownTable table;
    table.set({{"a", 1.0}, {"b", 2.0}});
    table.click(1);
    table.view().setTable({}, {});
    table.set({{"b", 2.0}, {"a", 1.0}});
    QCOMPARE(table.selected(), QStringList());
}

}  // namespace lamscope::ui

QTEST_MAIN(lamscope::ui::ReportViewTest)

#include "report_view_test.moc"
