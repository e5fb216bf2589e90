#!/usr/bin/env bash
# One RabbitMQ node of Debian's package, as processes of our own on loopback: nothing of the system's own RabbitMQ is touched.
#   broker.sh make FOLDER           chooses ports and a password; FOLDER/uri names the broker
#   broker.sh start|kill|stop FOLDER
#   broker.sh ctl FOLDER VERB…      rabbitmqctl
# kill is kill -9 of the node, as a crash does it; start goes on with what is on the disk.
set -uo pipefail
verb=$1 folder=$(realpath -m "$2"); shift 2
source "$(dirname "${BASH_SOURCE[0]}")/process.sh"

node() { # COMMAND…: becomes it, in the node's environment. Debian's wrapper in /usr/sbin drops it, and its own epmd would be shared with the system.
  source "$folder/ports"
  exec env HOME="$folder" RABBITMQ_NODENAME=finetune@localhost RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT="$amqp" RABBITMQ_DIST_PORT="$dist" \
    ERL_EPMD_PORT="$epmd" ERL_EPMD_ADDRESS=127.0.0.1 RABBITMQ_MNESIA_BASE="$folder/data" RABBITMQ_LOG_BASE="$folder/log" RABBITMQ_LOGS=- \
    RABBITMQ_CONFIG_FILE="$folder/rabbitmq" RABBITMQ_ENABLED_PLUGINS_FILE="$folder/plugins" RABBITMQ_CONF_ENV_FILE=/dev/null \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none' "$@"
}

start() {
  source "$folder/ports"
  if ! alive "$folder/epmd.pid"; then
    setsid epmd -port "$epmd" -address 127.0.0.1 -relaxed_command_check >"$folder/epmd.log" 2>&1 </dev/null & remember "$folder/epmd.pid" $!
  fi
  if alive "$folder/node.pid"; then return; fi
  # The log of one start: the line below must be this one's.
  [ ! -e "$folder/log/node.log" ] || mv "$folder/log/node.log" "$folder/log/node.log.before"
  node setsid /usr/lib/rabbitmq/bin/rabbitmq-server >"$folder/log/node.log" 2>&1 </dev/null & remember "$folder/node.pid" $!
  local tries=0
  until grep -q 'Server startup complete' "$folder/log/node.log" 2>/dev/null; do
    alive "$folder/node.pid" && [ $((tries += 1)) -lt 600 ] || { tail -20 "$folder/log/node.log" >&2; return 1; }
    sleep 0.2
  done
}

case $verb in
  make)
    mkdir -p "$folder/data" "$folder/log"; chmod 700 "$folder"
    password=$(secret) amqp=$(free_port) dist=$(free_port) epmd=$(free_port)
    printf 'amqp=%s dist=%s epmd=%s\n' "$amqp" "$dist" "$epmd" >"$folder/ports"
    printf 'default_user = finetune\ndefault_pass = %s\ndisk_free_limit.absolute = 100MB\nlog.console.level = info\n' "$password" >"$folder/rabbitmq.conf"
    printf '[].\n' >"$folder/plugins"
    printf 'amqp://finetune:%s@127.0.0.1:%s/\n' "$password" "$amqp" >"$folder/uri" ;;
  start) start ;;
  kill) end_session "$folder/node.pid" KILL ;;
  stop) end_session "$folder/node.pid" KILL; end_session "$folder/epmd.pid" KILL ;;
  ctl) node /usr/lib/rabbitmq/bin/rabbitmqctl -q "$@" ;;
  *) sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
