# Debian sid in a folder: llama.cpp's own tools and converter, to measure and compare against. Sourced by other scripts; needs root.
# Nothing outside the folder is changed but two mounts, which sid_down takes away.
sid_up() { # FOLDER
  SID=$1
  if [ "$(id -u)" -ne 0 ]; then echo "Debian sid in a folder needs root (debootstrap, chroot)" >&2; return 1; fi
  if ! command -v debootstrap >/dev/null; then
    echo "Installing the package debootstrap"
    apt-get update -qq || true
    apt-get install -y -qq debootstrap >/dev/null || apt-get install -y -qq debootstrap >/dev/null
  fi
  mkdir -p "$SID"
  if [ ! -e "$SID/.ready" ]; then
    local mirror; mirror=$(awk '/^URIs:/{print $2; exit}' /etc/apt/sources.list.d/debian.sources 2>/dev/null); mirror=${mirror:-http://deb.debian.org/debian}
    echo "Unpacking Debian sid with llama.cpp and its converter into $SID (1.9 GB, two minutes)"
    [ -x "$SID/usr/bin/apt-get" ] || debootstrap --variant=minbase --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
      --include=ca-certificates sid "$SID" "$mirror" >"$SID.debootstrap.log" 2>&1
    cp /etc/resolv.conf /etc/hosts "$SID/etc/"; cp /etc/apt/apt.conf.d/99* "$SID/etc/apt/apt.conf.d/" 2>/dev/null || true
    printf 'APT::Install-Recommends "false";\nAcquire::Languages "none";\nAcquire::Check-Valid-Until "false";\n' >"$SID/etc/apt/apt.conf.d/90folder"
    printf '#!/bin/sh\nexit 101\n' >"$SID/usr/sbin/policy-rc.d"; chmod +x "$SID/usr/sbin/policy-rc.d"
  fi
  mountpoint -q "$SID/proc" || mount -t proc proc "$SID/proc"
  mountpoint -q "$SID/dev" || mount --bind /dev "$SID/dev"
  if [ ! -e "$SID/.ready" ]; then
    chroot "$SID" apt-get update -qq
    chroot "$SID" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends llama.cpp-tools llama.cpp-tools-extra \
      python3-torch python3-transformers python3-safetensors python3-gguf python3-sentencepiece >"$SID.apt.log" 2>&1
    chroot "$SID" apt-get clean
    touch "$SID/.ready"
  fi
}

sid_down() {
  umount "$SID/dev" "$SID/proc" 2>/dev/null || true
}
