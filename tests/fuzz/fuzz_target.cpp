// SPDX-License-Identifier: GPL-3.0-or-later
// libFuzzer's entry; one program for each reader, named by LAMSCOPE_FUZZ_READER.
#include <cstddef>
#include <cstdint>
#include <span>

#include "fuzz/readers.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's own name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static_cast<void>(
        lamscope::test::feed(lamscope::test::Reader::LAMSCOPE_FUZZ_READER, std::as_bytes(std::span(data, size))));
    return 0;
}
