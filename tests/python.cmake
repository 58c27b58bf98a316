# SPDX-License-Identifier: GPL-3.0-or-later
# LAMSCOPE_PYTHON: the Python of the tests that need PyTorch for Python, empty if there is none. -DPython3_EXECUTABLE=…
# names one; otherwise it is that of packaging/install-pytorch, if that has run, or else any. Tests exit with 77 where
# it cannot import PyTorch.
if(DEFINED ENV{LAMSCOPE_CACHE})
  set(LAMSCOPE_PYTHON "$ENV{LAMSCOPE_CACHE}/pytorch-${LibTorch_VERSION}/bin/python")
else()
  set(LAMSCOPE_PYTHON "$ENV{HOME}/.cache/lamscope/pytorch-${LibTorch_VERSION}/bin/python")
endif()
if(DEFINED Python3_EXECUTABLE OR NOT EXISTS "${LAMSCOPE_PYTHON}")
  find_package(Python3 COMPONENTS Interpreter)
  set(LAMSCOPE_PYTHON "${Python3_EXECUTABLE}")
endif()
