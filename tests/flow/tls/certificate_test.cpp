// The files that [server.tls] names: judged at the start and by `plugboard check`, read again at a
// reload.
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <csignal>
#include <fstream>

#include "flow/tls/tls.hpp"
#include "support/child_process.hpp"

namespace plugboard::test {
namespace {

std::string name_served(const Endpoint& endpoint) {
  return RawSocket(endpoint, over_tls()).tls().common_name();
}

class TlsFiles : public testing::Test {
 protected:
  /// What `plugboard check` and `plugboard serve` say of a manifest with these files.
  void expect_refused(const CertificateFiles& files, std::string_view why) {
    const auto manifest =
        folder_.write("plugboard.toml", Manifest{.server = tls_line(files)}.text());
    const Finished check = run_to_end({plugboard_program(), "check", manifest.string()});
    EXPECT_EQ(check.code, 2) << check.err;
    EXPECT_NE(check.err.find(why), std::string::npos) << check.err;
    EXPECT_NE(check.err.find("plugboard.toml:"), std::string::npos) << check.err;
    const Finished serve =
        run_to_end({plugboard_program(), "serve", "--config", manifest.string()});
    EXPECT_EQ(serve.code, 2) << serve.err;
    EXPECT_NE(serve.err.find(why), std::string::npos) << serve.err;
  }

  TempDir folder_;
  CertificateFiles good_ = make_certificate(folder_.path(), "localhost");
};

TEST_F(TlsFiles, GoodOnesPassTheCheck) {
  const auto manifest = folder_.write("plugboard.toml", Manifest{.server = tls_line(good_)}.text());
  const Finished check = run_to_end({plugboard_program(), "check", manifest.string()});
  EXPECT_EQ(check.code, 0) << check.err;
}

TEST_F(TlsFiles, AMissingCertificateIsRefused) {
  good_.certificate = folder_.path() / "none.pem";
  expect_refused(good_, "none.pem cannot be used: No such file or directory");
}

TEST_F(TlsFiles, AMissingKeyIsRefused) {
  good_.private_key = folder_.path() / "none.pem";
  expect_refused(good_, "none.pem cannot be used");
}

TEST_F(TlsFiles, WhatIsNoPemIsRefused) {
  good_.certificate = folder_.write("text.pem", "not a certificate\n");
  expect_refused(good_, "text.pem cannot be used");
}

TEST_F(TlsFiles, AKeyOfAnotherCertificateIsRefused) {
  good_.private_key = make_certificate(folder_.path(), "other").private_key;
  expect_refused(good_, "does not belong to the certificate");
}

TEST_F(TlsFiles, AnEncryptedKeyIsRefusedAndNobodyIsAskedForItsPassphrase) {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  const auto path = folder_.path() / "secret.pem";
  std::FILE* const file = std::fopen(path.c_str(), "w");
  ASSERT_NE(file, nullptr);
  std::string passphrase = "secret";
  PEM_write_PrivateKey(file, key, EVP_aes_128_cbc(), nullptr, 0, nullptr, passphrase.data());
  static_cast<void>(std::fclose(file));
  EVP_PKEY_free(key);
  good_.private_key = path;
  expect_refused(good_, "secret.pem cannot be used");
}

TEST_F(TlsFiles, AChainIsSentWhole) {
  const CertificateFiles authority = make_certificate(folder_.path(), "authority");
  const CertificateFiles leaf = make_certificate(folder_.path(), "leaf", &authority);
  const RelayProcess relay({.server = tls_line(leaf)});
  RawSocket socket(relay.endpoint(), over_tls({.trusted = authority.certificate}));
  EXPECT_EQ(socket.tls().common_name(), "leaf");
}

class TlsReload : public testing::Test {
 protected:
  void reload_and_await(std::string_view log) {
    relay_.signal(SIGHUP);
    ASSERT_TRUE(relay_.await_log(log)) << relay_.standard_error();
  }

  TempDir folder_;
  CertificateFiles files_ = make_certificate(folder_.path(), "first");
  RelayProcess relay_{{.server = tls_line(files_)}};
};

TEST_F(TlsReload, NewConnectionsGetTheNewCertificateAndTheOthersStay) {
  TlsPeer peer(relay_.endpoint());
  EXPECT_EQ(name_served(relay_.endpoint()), "first");
  const CertificateFiles next = make_certificate(folder_.path(), "second");
  std::filesystem::rename(next.certificate, files_.certificate);
  std::filesystem::rename(next.private_key, files_.private_key);
  reload_and_await(" reloaded ");
  EXPECT_TRUE(await([&] { return name_served(relay_.endpoint()) == "second"; }));
  const std::string sent = peer.send(peer.address(), "still here");
  EXPECT_EQ(peer.receive(), sent);
}

TEST_F(TlsReload, ACertificateThatCannotBeUsedChangesNothing) {
  std::ofstream(files_.certificate) << "half written";
  reload_and_await("not reloaded");
  EXPECT_EQ(name_served(relay_.endpoint()), "first");
}

TEST(TlsCommand, APeerOnTheCommandLineTrustsWhatItIsToldTo) {
  const TlsFolder folder;
  const RelayProcess relay(folder.manifest());
  const std::string url = "wss://localhost:" + std::to_string(relay.endpoint().port);
  const Environment trusting = {{"SSL_CERT_FILE", folder.files().certificate.string()}};
  const std::vector<std::string> command = {
      plugboard_program(), "peer", url, "--channel", "pwa", "--id", "command01", "--timeout", "30"};
  const Finished peer = run_to_end(command, trusting, "", "pwa:command01 hello\n");
  EXPECT_EQ(peer.code, 0) << peer.err;
  EXPECT_TRUE(peer.out.starts_with("connected as pwa:command01\n")) << peer.out << peer.err;
  EXPECT_NE(run_to_end(command, {}, "", "").code, 0) << "though nothing says whom to trust";
}

}  // namespace
}  // namespace plugboard::test
