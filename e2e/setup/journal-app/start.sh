seconds=0
for word in "$@"; do
  case "$word" in
    --journal=*) journal=${word#*=} ;;
    --seconds=*) seconds=${word#*=} ;;
    --out=*) out=${word#*=} ;;
    --stubborn) trap '' TERM ;;
  esac
done
# One write of a short line in append mode: lines of two starts at once never mix.
printf '%s %s\n' "$$" "$out" >> "$journal"
echo started
[ "$seconds" = 0 ] || sleep "$seconds"
printf 'counted by %s\n' "$$" > "$out"
