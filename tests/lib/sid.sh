# Debian sid in a folder: llama.cpp's own tools and converter, to measure and compare against. Sourced by other scripts; needs root.
# Nothing outside the folder is changed but two mounts, which sid_down takes away, and Debian's package debootstrap where it is missing.
source "$(dirname "${BASH_SOURCE[0]}")/process.sh"

sid_can() { # says why not, if not
  if [ "$(uname -s)" != Linux ] || [ "$(id -u)" -ne 0 ]; then echo "Debian sid in a folder needs Linux and root (debootstrap, chroot)"; return 1; fi
  if ! command -v debootstrap >/dev/null && ! command -v apt-get >/dev/null; then echo "debootstrap is not installed"; return 1; fi
}

sid_up() { # FOLDER PACKAGE...
  SID=$1; shift
  sid_can >&2 || return 1
  if ! command -v debootstrap >/dev/null; then
    echo "Installing the package debootstrap"
    install_packages debootstrap || return 1
  fi
  mkdir -p "$SID"
  if [ ! -e "$SID/.unpacked" ]; then
    local mirror; mirror=$(awk '/^URIs:/{print $2; exit}' /etc/apt/sources.list.d/debian.sources 2>/dev/null); mirror=${mirror:-http://deb.debian.org/debian}
    echo "Unpacking Debian sid into $SID"
    debootstrap --variant=minbase --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
      --include=ca-certificates sid "$SID" "$mirror" >"$SID.debootstrap.log" 2>&1 || return 1
    cp /etc/resolv.conf /etc/hosts "$SID/etc/"; cp /etc/apt/apt.conf.d/99* "$SID/etc/apt/apt.conf.d/" 2>/dev/null || true
    printf 'APT::Install-Recommends "false";\nAcquire::Languages "none";\nAcquire::Check-Valid-Until "false";\n' >"$SID/etc/apt/apt.conf.d/90folder"
    printf '#!/bin/sh\nexit 101\n' >"$SID/usr/sbin/policy-rc.d"; chmod +x "$SID/usr/sbin/policy-rc.d"
    touch "$SID/.unpacked"
  fi
  mountpoint -q "$SID/proc" || mount -t proc proc "$SID/proc" || return 1
  mountpoint -q "$SID/dev" || mount --bind /dev "$SID/dev" || return 1
  if ! chroot "$SID" dpkg-query -W -f '${Status}\n' "$@" 2>/dev/null | awk '!/install ok installed/{bad=1} END{exit bad || NR < '$#'}'; then
    echo "Installing into $SID: $*"
    chroot "$SID" apt-get update -qq && chroot "$SID" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >"$SID.apt.log" 2>&1 &&
      chroot "$SID" apt-get clean
  fi
}

sid_down() {
  umount "$SID/dev" "$SID/proc" 2>/dev/null || true
}
