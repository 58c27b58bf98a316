# SPDX-License-Identifier: GPL-3.0-or-later
# Read by cpack in packaging/release: the Debian package holds the bundle, since Qt, OpenCV and LibTorch of Debian 12 and
# Debian 13 are other libraries with other names. Variables of the environment: LAMSCOPE_VERSION, LAMSCOPE_STAGED (files as they are
# installed), LAMSCOPE_OUT.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME lamscope)
set(CPACK_PACKAGE_VERSION "$ENV{LAMSCOPE_VERSION}")
set(CPACK_PACKAGE_FILE_NAME "lamscope_$ENV{LAMSCOPE_VERSION}_amd64")
set(CPACK_PACKAGE_DIRECTORY "$ENV{LAMSCOPE_OUT}")
set(CPACK_TOPLEVEL_TAG lamscope)
set(CPACK_INSTALLED_DIRECTORIES "$ENV{LAMSCOPE_STAGED};/")
set(CPACK_PACKAGING_INSTALL_PREFIX "/")
set(CPACK_PACKAGE_CONTACT "Lamscope <lamscope@users.noreply.github.com>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "microscope for image super-resolution networks")
set(CPACK_PACKAGE_DESCRIPTION
"Shows which input pixels a super-resolution network used to restore a patch
of an image: local attribution maps with the diffusion index, a completeness
check and an estimate of the map's own error. With a window, a command line,
paper figures, studies of many images by many networks, and four small
networks to start with.

The libraries that the programs need are in a folder of the package.")
set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE amd64)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
# packaging/relocatable/system-libraries.txt
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libc6 (>= 2.35), libgcc-s1, libstdc++6 (>= 12)")
# Keyboards on X11, file types of the desktop; without them the programs run all the same.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "xkb-data, shared-mime-info, desktop-file-utils")
# Debian's packages are packed so; zstd, which dpkg also unpacks, lintian refuses.
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
