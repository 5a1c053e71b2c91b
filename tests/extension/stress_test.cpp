// Many threads at once: what each of them may rely on holds all the same. Meant for the sanitizers.
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "extension/await.hpp"
#include "extension/fake_plugin.hpp"
#include "extension/key_chain.hpp"
#include "extension/manifest_room.hpp"

namespace plugboard::extension::test {
namespace {

constexpr int kThreads = 4;
constexpr int kRounds = 400;

/// A store that answers now, later from a job, or never, and whose truth is which credentials hold.
struct RestlessStore : FakePlugin {
  static constexpr std::size_t kCredentials = 8;

  struct Later {
    RestlessStore* store;
    plugboard_token token;
    std::uint64_t credential;
  };

  RestlessStore() {
    for (auto& generation : generations) generation = 1;
    lookup = [this](const plugboard_key_request& asked, plugboard_token token) {
      const std::uint64_t number = asked.peer % kCredentials;
      // Read before it is answered, as a store does.
      const std::uint64_t credential = number + 1 + (generations[number].load() << 8);
      switch (asked.peer % 5) {
        case 0:
          return PLUGBOARD_NEXT;
        case 1:
          return PLUGBOARD_PENDING;  // for ever
        case 2: {
          auto* const later = new Later{this, token, credential};
          const plugboard_status run = host->run(
              host,
              [](void* context) {
                const std::unique_ptr<Later> mine(static_cast<Later*>(context));
                mine->store->answer(mine->token, mine->credential);
              },
              later);
          if (run != PLUGBOARD_OK) {
            delete later;
            return PLUGBOARD_ERROR;
          }
          return PLUGBOARD_PENDING;
        }
        default:
          answer(token, credential);
          return PLUGBOARD_PENDING;
      }
    };
    cancel = [this](plugboard_token token) {
      host->complete(host, token, PLUGBOARD_ERROR, nullptr);
    };
  }

  void answer(plugboard_token token, std::uint64_t credential) const {
    plugboard_grant grant = {};
    grant.size = sizeof grant;
    grant.credential = credential;
    host->complete(host, token, PLUGBOARD_OK, &grant);
  }

  /// The credential's present generation is void, and whoever holds it is ended.
  void revoke(std::size_t number) {
    const std::uint64_t generation = generations[number].fetch_add(1);
    host->credential_revoke(host, number + 1 + (generation << 8));
  }

  [[nodiscard]] bool holds(std::uint64_t credential) const {
    return generations[(credential & 0xFF) - 1].load() == credential >> 8;
  }

  std::array<std::atomic<std::uint64_t>, kCredentials> generations;
};

void ask_and_revoke(std::uint32_t flags) {
  RestlessStore store;
  store.flags = flags;
  FakePlugin second;
  second.lookup = [](auto&&...) { return PLUGBOARD_DENY; };
  InstanceOptions options;
  options.max_queued = 100'000;
  options.max_in_flight = 10'000;
  Stage stage(options);
  auto links = std::make_shared<KeyStoreLinks>();
  for (FakePlugin* const plugin : {static_cast<FakePlugin*>(&store), &second}) {
    KeyStoreLink link = stage.link<KeyStoreLink>(*plugin, plugin == &second ? "b" : "a");
    link.table = *link.instance->kinds().key_store;
    link.form = {sizeof(plugboard_key_form), PLUGBOARD_KEY_ALPHABET_ID, 8, 64};
    links->stores.push_back(link);
  }

  struct Connection {
    std::atomic<int> answers = 0;
    std::atomic<bool> cancelled = false;
    std::atomic<bool> late = false;
    Mailbox<KeyVerdict> verdict;
    Question question;
  };
  std::vector<std::vector<std::shared_ptr<Connection>>> all(kThreads);
  {
    const KeyChain keys(links);
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        std::minstd_rand random(static_cast<unsigned>(t) + 1);
        for (int i = 0; i < kRounds; ++i) {
          auto connection = std::make_shared<Connection>();
          const PeerHandle peer = static_cast<PeerHandle>(t * kRounds + i + 1);
          connection->question =
              keys.ask({PLUGBOARD_KEY_FOR_PEER, "team-key-1", "192.0.2.7", "/pwa/x", peer},
                       [connection](KeyVerdict verdict) {
                         if (connection->cancelled.load()) connection->late = true;
                         ++connection->answers;
                         connection->verdict.put(std::move(verdict));
                       });
          if (random() % 3 == 0) {
            connection->question.cancel();
            connection->cancelled.store(true);
          }
          if (random() % 4 == 0) store.revoke(random() % RestlessStore::kCredentials);
          all[static_cast<std::size_t>(t)].push_back(connection);
        }
      });
    }
    threads.clear();
    // Those that are never answered.
    stage.advance(std::chrono::seconds(6));
    links.reset();
  }
  const auto each = [&](const auto& with) {
    for (const auto& connections : all) {
      for (const auto& connection : connections) with(*connection);
    }
  };
  each([](Connection& connection) {
    if (connection.cancelled) return;
    EXPECT_TRUE(await([&] { return connection.answers == 1; }));
  });
  const auto revoked_list = stage.services.revoked();
  const std::set<PeerHandle> revoked(revoked_list.begin(), revoked_list.end());
  PeerHandle peer = 0;
  each([&](Connection& connection) {
    ++peer;
    EXPECT_LE(connection.answers, 1);
    EXPECT_FALSE(connection.late) << "was answered after it had been cancelled";
    connection.question.cancel();
    if (!connection.verdict.has()) return;
    const auto verdict = connection.verdict.take();
    const Grant* const grant = verdict->admission.grant();
    if (grant == nullptr || store.holds(grant->credential())) return;
    EXPECT_EQ(revoked.count(peer), 1u) << "slipped through a revocation";
  });
  all.clear();
  stage.end();
  EXPECT_TRUE(stage.left().empty());
}

TEST(Stress, NoPeerSlipsThroughARevocationAndNoAnswerComesTwice) { ask_and_revoke(0); }

TEST(Stress, NorWithAStoreThatMayBlock) { ask_and_revoke(PLUGBOARD_FLAG_BLOCKING); }

// I/O threads work on whichever snapshot they have, while generations come and go.
TEST(Stress, ReloadsDoNotDisturbThreadsThatAreAtWork) {
  const auto manifest_text = [](const std::string& library) {
    return "[chain]\nkey_store = [\"keys\"]\nhook = [\"keys\"]\n[[plugin]]\nname = "
           "\"keys\"\nlibrary = \"" +
           library + "\"\n";
  };
  ManifestRoom room;
  std::mutex mutex;
  ChainsPointer present = room.apply(manifest_text("lively"));
  std::atomic<bool> stop = false;
  std::atomic<std::uint64_t> allowed = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        while (!stop) {
          ChainsPointer chains;
          {
            const std::lock_guard lock(mutex);
            chains = present;
          }
          plugboard_peer_info info = {};
          info.peer = static_cast<PeerHandle>(t) + 1;
          plugboard_peer_end end = {};
          end.peer = &info;
          const std::uint64_t connected = chains->hooks.peer_connected(info);
          KeyAdmission admission;
          const Question question = chains->keys.ask(
              {PLUGBOARD_KEY_FOR_PEER, "team-key-1", "", "", info.peer},
              [&](KeyVerdict verdict) { admission = std::move(verdict.admission); });
          if (admission.store() == "keys") ++allowed;
          chains->hooks.peer_disconnected(end, connected);
          chains->hooks.peer_released(info.peer);
        }
      });
    }
    for (int i = 0; i < 30; ++i) {
      auto next = room.apply(manifest_text(i % 3 == 0 ? "lively_2" : "lively"));
      ASSERT_NE(next, nullptr);
      const std::lock_guard lock(mutex);
      present = std::move(next);
    }
    ASSERT_TRUE(await([&] { return allowed > 100; }));
    stop = true;
  }
  present.reset();
  room.extensions->shutdown();
  EXPECT_FALSE(room.services.logged("does not end"));
  const auto life = room.life("keys");
  EXPECT_EQ(std::count(life.begin(), life.end(), "create 1") +
                std::count(life.begin(), life.end(), "create 2"),
            std::count(life.begin(), life.end(), "destroy"));
}

}  // namespace
}  // namespace plugboard::extension::test
