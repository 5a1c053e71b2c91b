// What a plugin answered, read out of the borrowed data that came with it. Plain values.
#pragma once

#include <plugboard/plugboard.h>

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "extension/grant.hpp"
#include "extension/hook_chain.hpp"
#include "extension/http_chain.hpp"

namespace plugboard::extension {

/// Which function a question went to: it says what an answer may be.
enum class Asked : std::uint8_t { kKey, kVerify, kHttp, kBlobPut, kBlobGet, kBlobRemove };

/// One plugin's answer to one question.
struct Answer {
  using GrantPointer = std::shared_ptr<const Grant>;

  plugboard_status status = PLUGBOARD_ERROR;
  /// A key's grant, a verify's denial, an HTTP response (of NEXT only its headers), a blob.
  std::variant<std::monostate, GrantPointer, VerifyDenied, HttpResponse, std::string> result = {};
};

/// Copies a completion: `status` and `result` as they came through host->complete. A status that
/// does not fit the question, or a result that cannot be used, gives a sentence for the log
/// instead; the question then counts as failed. Pure; any thread.
[[nodiscard]] std::variant<Answer, std::string> read_answer(Asked asked, plugboard_status status,
                                                            const void* result);

/// Whether a call that answers at once may return `status` for this question.
[[nodiscard]] bool may_return(Asked asked, plugboard_status status);

}  // namespace plugboard::extension
