#!/bin/sh
# Send one message, a hundred, one by Telegram and Viber first, and read a status, with curl.
# Takes CASCADE_BASE_URL and CASCADE_API_KEY from the environment; prints the status.
set -eu

call() {
  curl --silent --show-error --fail --header "X-Authorization-Key: $CASCADE_API_KEY" "$@"
}

message() {
  printf '{"id": "%s", "fromName": "Brand", "toPhone": "+380501112233", "messageType": "promo", "text": "Привіт!"}' "$1"
}

send() {
  call --header "Content-Type: application/json" --data-binary @- "$CASCADE_BASE_URL/api/CascadeMessage/send_message/$1"
}

receipt=$(printf '[%s]' "$(message one)" | send async)
{
  printf '['
  for number in $(seq 99); do message "bulk-$number"; printf ', '; done
  message bulk-100
  printf ']'
} | send async > /dev/null
printf '[%s]' "$(message priority)" | send tg-viber/async > /dev/null

id=$(printf '%s' "$receipt" | sed 's/.*"messageId":"\([^"]*\)".*/\1/')
call "$CASCADE_BASE_URL/bat/message/$id"
