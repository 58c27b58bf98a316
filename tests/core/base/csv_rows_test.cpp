// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/csv_rows.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace lamscope {
namespace {

using Rows = std::vector<std::vector<std::string>>;

TEST(CsvRows, SplitsLinesAndFields) {
    EXPECT_EQ(csvRows("a,b\n1,2\n"), (Rows{{"a", "b"}, {"1", "2"}}));
    EXPECT_EQ(csvRows("a,,c\r\n\r\n,x"), (Rows{{"a", "", "c"}, {"", "x"}}));
    EXPECT_EQ(csvRows(""), Rows());
}

TEST(CsvRows, QuotesHoldCommasLinesAndQuotes) {
    EXPECT_EQ(csvRows("\"a,b\",\"c\nd\",\"e\"\"f\"\n"), (Rows{{"a,b", "c\nd", "e\"f"}}));
    EXPECT_THROW(static_cast<void>(csvRows("\"a\nb,c\n")), Error);
}

}  // namespace
}  // namespace lamscope
