# RabbitMQ, PostgreSQL, OpenSSH's server and a container engine for the integration tests. Sourced by other scripts.
# With a Docker engine the tests start the public images by Testcontainers, and nothing is done here. Else, as root on Debian, from Debian's packages:
# RabbitMQ and PostgreSQL as processes of our own on loopback, and podman with images made of the same packages' files. No service is
# started or set up (Debian does enable the packages' own services for the next boot): settings, data and images are in one folder, which
# CONTAINERS_CONF and CONTAINERS_STORAGE_CONF name to podman. sshd is only installed: tests start it themselves, each with settings of its own.
# Exported (each PART also as FINETUNE_TEST_PART_MISSING="why not"):
#   FINETUNE_TEST_RABBITMQ, FINETUNE_TEST_RABBITMQ_CONTROL (`CONTROL kill`, `start`, `ctl VERB…`), FINETUNE_TEST_POSTGRES,
#   FINETUNE_TEST_CONTAINERS_RABBITMQ and FINETUNE_TEST_CONTAINERS_HOST (the images) with DOCKER_HOST and Testcontainers' own settings
source "$(dirname "${BASH_SOURCE[0]}")/process.sh"
# busybox, shellcheck and libfaketime are for the tests of supervise.sh, which run it by another shell, read it and move its clock; python3-venv is what hosts
# install LLaMA-Factory with.
PARTS_PACKAGES="rabbitmq-server postgresql openssh-server podman runc netavark iptables procps busybox shellcheck libfaketime python3-venv"

parts_docker() { command -v docker >/dev/null && timeout 20 docker info >/dev/null 2>&1; }

parts_can() { # says why not, if not
  if [ "$(uname -s)" != Linux ] || [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "no Docker engine answers, and Debian's packages in its place need Debian and root"; return 1
  fi
}

parts_lacking() { # the packages that are not installed
  local package
  for package in $PARTS_PACKAGES; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo -n "$package "
  done
}

parts_missing() { # WHY PART…
  local why=$1 part; shift
  for part; do printf 'export FINETUNE_TEST_%s_MISSING=%q\n' "$part" "$why"; done
}

parts_install() {
  local lacking policy=/usr/sbin/policy-rc.d code=0; lacking=$(parts_lacking)
  [ -n "$lacking" ] || return 0
  # Debian starts the services of a package as it installs it, unless this program forbids that. One that is there already is left alone.
  if [ ! -e "$policy" ]; then printf '#!/bin/sh\n# finetune tests\nexit 101\n' >"$policy"; chmod +x "$policy"; fi
  # shellcheck disable=SC2086
  install_packages $lacking || code=1
  if grep -q '^# finetune tests$' "$policy"; then rm "$policy"; fi
  return "$code"
}

parts_rabbitmq() { # FOLDER
  local broker; broker="$(dirname "${BASH_SOURCE[0]}")/broker.sh"
  bash "$broker" stop "$1" && rm -rf "$1" && bash "$broker" make "$1" && bash "$broker" start "$1" || return 1
  printf '#!/bin/sh\nverb=$1; shift\nexec bash %q "$verb" %q "$@"\n' "$(realpath "$broker")" "$1" >"$1/control"; chmod +x "$1/control"
  printf 'export FINETUNE_TEST_RABBITMQ=%q FINETUNE_TEST_RABBITMQ_CONTROL=%q\n' "$(cat "$1/uri")" "$1/control"
}

parts_postgres() { # FOLDER
  local folder port password programs
  end_session "$1.pid" QUIT
  programs=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
  port=$(free_port) password=$(secret)
  # PostgreSQL refuses to run as root, and its user may not reach a repository in root's home.
  local as=(setpriv --reuid=postgres --regid=postgres --init-groups)
  for folder in "$1" "$(parts_elsewhere "$1")"; do
    rm -rf "$folder"; mkdir -p "$folder"; chown postgres: "$folder"; chmod 700 "$folder"
    if "${as[@]}" test -w "$folder"; then break; fi
  done
  (umask 077; printf '%s\n' "$password" >"$folder/password"); chown postgres: "$folder/password"
  (cd "$folder" && "${as[@]}" "$programs/initdb" -D "$folder/data" -U finetune -A scram-sha-256 --pwfile="$folder/password" -E UTF8 --no-locale >&2) || return 1
  (cd "$folder" && exec setsid "${as[@]}" "$programs/postgres" -D "$folder/data" -c listen_addresses=127.0.0.1 -c port="$port" -c unix_socket_directories= \
    -c fsync=on -c max_connections=200) >"$1.log" 2>&1 </dev/null & remember "$1.pid" $!
  local tries=0
  until "$programs/pg_isready" -q -h 127.0.0.1 -p "$port"; do
    alive "$1.pid" && [ $((tries += 1)) -lt 300 ] || { tail -20 "$1.log" >&2; return 1; }
    sleep 0.2
  done
  printf 'export FINETUNE_TEST_POSTGRES=%q\n' "Host=127.0.0.1;Port=$port;Username=finetune;Password=$password;Database=postgres"
}

parts_elsewhere() { echo "/var/tmp/finetune-postgres-$(cksum <<<"$1" | cut -d' ' -f1)"; } # FOLDER

# The files of packages that are installed here, and of all that they need, as the root of an image: no second download, and seconds instead of minutes.
parts_root() { # FOLDER PACKAGE…
  local root=$1 packages; shift
  rm -rf "$root"; mkdir -p "$root"/{usr/{bin,sbin,lib,lib64},etc,tmp,var,proc,sys,dev,run,root}
  local link; for link in bin sbin lib lib64; do ln -s "usr/$link" "$root/$link"; done
  packages=$(dpkg-query -W -f '${Essential} ${Package}\n' | sed -n 's/^yes //p')
  # shellcheck disable=SC2086
  packages=$(apt-cache depends --recurse --installed --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances $packages "$@" |
    grep '^[a-z0-9]' | sort -u)
  # apt-cache names alternatives that are not here as well.
  # shellcheck disable=SC2086
  packages=$(dpkg-query -W -f '${db:Status-Status} ${binary:Package}\n' $packages 2>/dev/null | sed -n 's/^installed //p')
  # shellcheck disable=SC2086
  dpkg-query -L $packages | grep -vE '^/(etc|boot|var)(/|$)|^/usr/share/(doc|man|locale|info|i18n|python3|perl)|^/usr/lib/python3|^/\.$|^(package|locally) ' |
    while read -r path; do [ -d "$path" ] && [ ! -L "$path" ] || echo "$path"; done | sort -u |
    tar -C / -c --ignore-failed-read -T - 2>/dev/null | tar -C "$root" -x --keep-directory-symlink || return 1
  ln -sf mawk "$root/usr/bin/awk"
  chmod 1777 "$root/tmp"
}

parts_image_rabbitmq() { # FOLDER TAG
  local root=$1
  parts_root "$root" rabbitmq-server procps || return 1
  printf 'root:x:0:0::/root:/bin/sh\nrabbitmq:x:999:999::/var/lib/rabbitmq:/bin/sh\n' >"$root/etc/passwd"
  printf 'root:x:0:\nrabbitmq:x:999:\n' >"$root/etc/group"
  mkdir -p "$root"/etc/rabbitmq "$root"/var/{lib,log}/rabbitmq
  printf '[].\n' >"$root/etc/rabbitmq/enabled_plugins"; printf 'loopback_users = none\n' >"$root/etc/rabbitmq/rabbitmq.conf"
  chown -R 999:999 "$root/var/lib/rabbitmq" "$root/var/log/rabbitmq" "$root/etc/rabbitmq"
  parts_import "$root" "$2" --change 'USER rabbitmq' --change 'ENV HOME=/var/lib/rabbitmq' --change 'ENV RABBITMQ_NODENAME=rabbit@localhost' \
    --change 'ENV RABBITMQ_LOGS=-' --change 'ENV PATH=/usr/lib/rabbitmq/bin:/usr/sbin:/usr/bin:/sbin:/bin' --change 'EXPOSE 5672' \
    --change 'CMD ["/usr/lib/rabbitmq/bin/rabbitmq-server"]'
}

# A host as one rents it: OpenSSH's server and Debian's small programs. What it starts, and its keys, the tests bring themselves.
parts_image_host() { # FOLDER TAG
  local root=$1
  parts_root "$root" openssh-server openssh-sftp-server procps libgomp1 libstdc++6 zlib1g || return 1
  printf 'root:x:0:0::/root:/bin/bash\nsshd:x:104:65534::/run/sshd:/usr/sbin/nologin\n' >"$root/etc/passwd"
  printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
  printf 'root:*:19000:0:99999:7:::\nsshd:*:19000::::::\n' >"$root/etc/shadow"
  parts_import "$root" "$2" --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
}

parts_import() { # FOLDER TAG CHANGE…: the folder goes
  local root=$1 tag=$2 code; shift 2
  tar -C "$root" -c . | podman import "$@" - "$tag" >&2
  code=$?; rm -rf "$root"; return "$code"
}

parts_tag() { echo "localhost/finetune-$1:$(dpkg-query -W -f '${Version}' "$2" | tr -c 'a-zA-Z0-9._\n' -)"; } # NAME PACKAGE

parts_containers() { # FOLDER; podman's own temporary files must be short paths, and gone after a boot
  local folder=$1 run rabbitmq host; run=$(parts_run "$1")
  mkdir -p "$folder" "$run/networks"
  cat >"$folder/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=8192:8192", "nproc=8192:8192"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
exit_command_delay = 10
tmp_dir = "$run/libpod"
[network]
network_backend = "netavark"
network_config_dir = "$run/networks"
CONF
  printf '[storage]\ndriver = "overlay"\ngraphroot = "%s/storage"\nrunroot = "%s/run"\n' "$folder" "$run" >"$folder/storage.conf"
  parts_podman "$folder"
  parts_podman_down "$folder"
  rabbitmq=$(parts_tag rabbitmq rabbitmq-server) host=$(parts_tag host openssh-server)
  podman image exists "$rabbitmq" || parts_image_rabbitmq "$folder/root" "$rabbitmq" || return 1
  podman image exists "$host" || parts_image_host "$folder/root" "$host" || return 1
  mkdir -p "$run"
  setsid podman system service --time=0 "unix://$run/podman.sock" >"$folder/service.log" 2>&1 </dev/null & remember "$folder/service.pid" $!
  local tries=0
  until [ -S "$run/podman.sock" ]; do
    alive "$folder/service.pid" && [ $((tries += 1)) -lt 150 ] || { tail -20 "$folder/service.log" >&2; return 1; }
    sleep 0.2
  done
  # Its reaper's image cannot be had: what is left in this store is removed at the end and at the next start.
  printf 'export FINETUNE_TEST_CONTAINERS_RABBITMQ=%q FINETUNE_TEST_CONTAINERS_HOST=%q DOCKER_HOST=%q\n' "$rabbitmq" "$host" "unix://$run/podman.sock"
  echo 'export TESTCONTAINERS_RYUK_DISABLED=true TESTCONTAINERS_HOST_OVERRIDE=127.0.0.1'
}

parts_run() { echo "/run/finetune-$(cksum <<<"$1" | cut -d' ' -f1)"; } # FOLDER
parts_podman() { export CONTAINERS_CONF="$1/containers.conf" CONTAINERS_STORAGE_CONF="$1/storage.conf"; } # FOLDER

parts_podman_down() { # FOLDER: the service, and every container, network and volume of this store
  local containers
  end_session "$1/service.pid" TERM
  [ -e "$1/storage.conf" ] && [ -d "$1/storage" ] || return 0
  containers=$( (parts_podman "$1"; podman ps -aq) 2>/dev/null)
  # shellcheck disable=SC2086
  [ -z "$containers" ] || (parts_podman "$1"; podman rm -f -v -t 0 $containers) >/dev/null 2>&1
  # What watched a command in a container stays for a while after it.
  local watcher; for watcher in $(pgrep -x conmon); do
    if tr '\0' ' ' <"/proc/$watcher/cmdline" 2>/dev/null | grep -qF " $1/storage/"; then kill "$watcher" 2>/dev/null; fi
  done
  return 0
}

# Installs and starts everything; the lines to export go to FOLDER/exports as each part is there.
parts_make() { # FOLDER
  local folder=$1
  if ! parts_install; then parts_missing "Debian's packages could not be installed: see .tmp/parts.log" RABBITMQ POSTGRES SSHD CONTAINERS >"$folder/exports"; return; fi
  ! parts_wanted rabbitmq || { parts_rabbitmq "$folder/rabbitmq" || parts_missing "RabbitMQ did not start: see .tmp/parts.log" RABBITMQ; } >>"$folder/exports"
  ! parts_wanted postgres || { parts_postgres "$folder/postgres" || parts_missing "PostgreSQL did not start: see .tmp/parts.log" POSTGRES; } >>"$folder/exports"
  ! parts_wanted containers || { parts_containers "$folder/podman" || parts_missing "podman could not be set up: see .tmp/parts.log" CONTAINERS; } >>"$folder/exports"
}

parts_wanted() { case " ${PARTS_WANTED:-rabbitmq postgres containers} " in *" $1 "*) ;; *) return 1 ;; esac; } # PART: PARTS_WANTED names some, where not all are

parts_up() { # FOLDER LOG INSTALL(yes: do not ask): goes on in the background until parts_wait
  local folder lacking why answer; folder=$(realpath -m "$1"); mkdir -p "$folder"; : >"$folder/exports"
  PARTS=$folder PARTS_MAKING=
  if [ -n "${FINETUNE_TEST_RABBITMQ-}${FINETUNE_TEST_POSTGRES-}" ] || parts_docker; then return; fi
  if ! why=$(parts_can); then parts_missing "$why" RABBITMQ POSTGRES SSHD CONTAINERS >"$folder/exports"; return; fi
  lacking=$(parts_lacking)
  if [ -n "$lacking" ]; then
    if [ -t 0 ] && [ "$3" = no ]; then
      read -rp "Install Debian's packages ${lacking% } (their services are not started now; Debian enables them for the next boot)? [y/N] " answer
      if [ "$answer" != y ]; then parts_missing "Debian's packages ${lacking% } were not wanted" RABBITMQ POSTGRES SSHD CONTAINERS >"$folder/exports"; return; fi
    fi
    echo "Installing the packages ${lacking% } for real parts in the integration tests (their services are not started now; Debian enables them for the next boot)"
  fi
  parts_make "$folder" >"$2" 2>&1 </dev/null & PARTS_MAKING=$!
}

parts_wait() {
  [ -z "$PARTS_MAKING" ] || wait "$PARTS_MAKING"
  PARTS_MAKING=
  source "$PARTS/exports"
}

parts_down() {
  [ -n "${PARTS-}" ] || return 0
  # An installation is not cut in the middle; what it starts afterwards is ended below.
  [ -z "$PARTS_MAKING" ] || wait "$PARTS_MAKING"
  [ ! -d "$PARTS/rabbitmq" ] || bash "$(dirname "${BASH_SOURCE[0]}")/broker.sh" stop "$PARTS/rabbitmq"
  end_session "$PARTS/postgres.pid" INT
  rm -rf "$(parts_elsewhere "$PARTS/postgres")"
  parts_podman_down "$PARTS/podman"
  rm -rf --one-file-system "$(parts_run "$PARTS/podman")"
}
