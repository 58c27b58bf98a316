# SPDX-License-Identifier: GPL-3.0-or-later
lamscope_test(remote_network_test
  LABEL unit
  SOURCES
    core/model/remote/address_test.cpp
    core/model/remote/fake_server.cpp
    core/model/remote/frame_test.cpp
    core/model/remote/live_server_test.cpp
    core/model/remote/python_server_test.cpp
    core/model/remote/remote_network_test.cpp
    core/model/remote/ssh_process_test.cpp
  LIBRARIES lamscope_live lamscope_bridge Asio::Asio LibTorch::LibTorch nlohmann_json::nlohmann_json fmt::fmt)
if(LAMSCOPE_PYTHON)
  target_compile_definitions(remote_network_test PRIVATE LAMSCOPE_TEST_PYTHON="${LAMSCOPE_PYTHON}")
endif()
target_precompile_headers(remote_network_test REUSE_FROM model_test)
