// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "banyan/kernel/error.hpp"

/// What an error says about the module that was called. Sagas, which must tell a refusal from what
/// never was one, and the evidence for and against a new side ask here, so that they agree.
namespace banyan {

/// Whose word an error is that a call of a module came back with.
enum class ErrorOrigin : std::uint8_t {
  Module,    ///< its own rule, its fault, its absence or its silence: the code says which
  Stranger,  ///< somebody has answered in its place: "banyan.foreign_answer"
  Kit,       ///< it says nothing about the module: the kit has refused the request at one end of
             ///< the way, an earlier try of it is not over, or this process was not able to ask
};
ErrorOrigin origin_of(const Error& error);

/// Nobody has answered a call as its operation declares: the module or the way to it has failed,
/// and another one that has the module may be asked the same, if it is a read. A rule of the
/// module's own is an answer, whatever its code, and so is what the kit refuses by.
bool is_without_answer(const Error& error);

/// The module is at work on an earlier try of the same call ("banyan.command_running"): it is
/// there, and what comes of that try will be the answer.
bool is_still_running(const Error& error);

}  // namespace banyan
