# Serves the quick-start's manifest on a free port, with $root, $build and $scratch set, until the script
# ends. Sets $quickstart and $relay, and exports port, URL and PLUGBOARD_KEY.
quickstart=$root/examples/quickstart
sed -e 's/^listen = .*/listen = ["127.0.0.1:0"]/' \
  -e "s#\"../../build/release/plugins\"#\"$build/plugins\"#" \
  -e "s#\"keys.txt\"#\"$quickstart/keys.txt\"#; s#\"\(\.\./[^\"]*\)\"#\"$quickstart/\1\"#" \
  "$quickstart/plugboard.toml" >"$scratch/quickstart.toml"
"$build/bin/plugboard" serve --config "$scratch/quickstart.toml" >"$scratch/out" 2>"$scratch/log" &
relay=$!
trap 'kill "$relay" 2>/dev/null || true' EXIT
until grep -q '^listening' "$scratch/out"; do
  kill -0 "$relay" || { cat "$scratch/log"; exit 1; }
  sleep 0.05
done
export port=$(sed -n 's/^listening on .*:\([0-9]*\)$/\1/p' "$scratch/out")
export URL=ws://127.0.0.1:$port
export PLUGBOARD_KEY=quickstart-key
