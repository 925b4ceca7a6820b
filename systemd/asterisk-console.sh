#!/bin/sh
# Written by `ct112 install`: Asterisk's console, as `asterisk -rvvv` or `asterisk -rx 'pjsip show contacts'`.
# Asterisk lives in a root of its own; this goes in where the running one is.
pid=$(systemctl show --property=MainPID --value asterisk.service)
if [ "${pid:-0}" -eq 0 ]; then
    echo "Asterisk is not running: systemctl start asterisk" >&2
    exit 1
fi
exec nsenter --target "$pid" --mount -- /usr/sbin/asterisk "$@"
