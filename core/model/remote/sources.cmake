# SPDX-License-Identifier: GPL-3.0-or-later
# The bridge to networks that run in other processes: addresses, and what crosses. Bytes in memory alone, so that they can
# be fuzzed.
lamscope_library(lamscope_frames
  HEADERS
    model/remote/address.h
    model/remote/frame.h
    model/remote/greeting.h
  SOURCES
    model/remote/address.cpp
    model/remote/frame.cpp
    model/remote/greeting.cpp
  PUBLIC lamscope_base nlohmann_json::nlohmann_json
  PRIVATE fmt::fmt)
if(LAMSCOPE_FUZZ)
  return()
endif()
# Connections and processes, without LibTorch.
lamscope_library(lamscope_bridge
  HEADERS
    model/remote/connection.h
    model/remote/script_ended.h
    model/remote/server.h
    model/remote/ssh_process.h
  SOURCES
    model/remote/connection.cpp
    model/remote/server.cpp
    model/remote/ssh_process.cpp
  PUBLIC lamscope_frames
  PRIVATE Asio::Asio Threads::Threads fmt::fmt)
