# The relay in a container: docker build -t plugboard . && docker run -p 8080:8080 plugboard
# A manifest and keys of your own: -v "$PWD/plugboard:/etc/plugboard:ro". Without, the key is the one that
# was made with the image, in /etc/plugboard/keys.txt: good for a try, not for an image that others get.
FROM debian:12 AS build
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates
COPY . /source
WORKDIR /source
RUN ./dev package

FROM debian:12-slim
COPY --from=build /source/build/packages/plugboard_*.deb /source/build/packages/plugboard-plugins_*.deb /tmp/
RUN apt-get update && apt-get install -y --no-install-recommends /tmp/*.deb \
  && rm -rf /tmp/*.deb /var/lib/apt/lists/* \
  && sed -i 's/127\.0\.0\.1:8080/0.0.0.0:8080/' /etc/plugboard/plugboard.toml
USER plugboard
EXPOSE 8080
# SIGTERM sends peers away over server.shutdown_grace, 10 s unless the manifest says otherwise: let
# `docker stop -t 15` wait for that. SIGHUP reads the manifest again.
ENTRYPOINT ["plugboard"]
CMD ["serve"]
