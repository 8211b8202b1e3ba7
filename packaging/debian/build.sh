#!/bin/sh
# Builds target/package/samovar_<version>_<architecture>.deb from a release build: binary, unit, example configuration,
# proxy blocks and the FastAPI package, which packaging/fastapi/build.sh builds before. Needs dpkg-deb alone; starts nothing
# on installation, because there is no configuration yet.
set -eu
cd "$(dirname "$0")/../.."
target="${CARGO_TARGET_DIR:-target}"
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
architecture=$(dpkg --print-architecture)
root="$target/package/root"

rm -rf "$root"
install -D -m 0755 "$target/release/samovar" "$root/usr/bin/samovar"
for unit in samovar.service samovar-forward-auth.socket; do
    install -D -m 0644 "packaging/systemd/$unit" "$root/lib/systemd/system/$unit"
done
install -d -m 0755 "$root/etc/samovar" "$root/DEBIAN"
for file in packaging/samovar.example.toml packaging/proxies/* README.md CHANGELOG.md LICENSE; do
    install -D -m 0644 "$file" "$root/usr/share/doc/samovar/$(basename "$file")"
done
for file in docs/*.md; do
    install -D -m 0644 "$file" "$root/usr/share/doc/samovar/docs/$(basename "$file")"
done
wheel="$target/package/samovar_fastapi-$version-py3-none-any.whl"
for file in "$wheel" packaging/fastapi/example.py packaging/fastapi/README.md packaging/fastapi/CHANGELOG.md; do
    install -D -m 0644 "$file" "$root/usr/share/doc/samovar/fastapi/$(basename "$file")"
done
size=$(du -ks "$root" | cut -f 1)
sed -e "s/@version@/$version/" -e "s/@architecture@/$architecture/" -e "s/@size@/$size/" \
    packaging/debian/control > "$root/DEBIAN/control"
install -m 0755 packaging/debian/postinst packaging/debian/prerm "$root/DEBIAN/"
rm -f "$target"/package/samovar_*.deb
dpkg-deb --root-owner-group --build "$root" "$target/package/samovar_${version}_$architecture.deb"
