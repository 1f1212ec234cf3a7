// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "banyan/http/fields.hpp"
#include "banyan/http/message.hpp"
#include "banyan/kernel/random.hpp"

/// A visit: all that one browser asks until it is closed. The proxy knows it by an id that it draws
/// at the first request, and that the browser keeps in a cookie of the proxy's own
/// (docs/adr/0045-a-visit-is-kept-by-a-cookie-of-the-proxys.md).
///
///   request → is there an id? else one is drawn → decided by it → answer, with the new id
namespace banyan::strangler {

/// The cookie's name where nobody has given it another.
inline constexpr std::string_view kVisitCookie = "banyan_visit";

/// Tells an application of another kind whose visit it is asked for, and is believed of a trusted
/// peer: who asks back through the proxy, or through the next one, passes it on as it came.
inline constexpr std::string_view kVisitField = "Banyan-Visit";

/// 128 random bits, as 32 lower-case hexadecimal digits.
std::string draw_visit(Random& random);

/// Whether it has the form of one that was drawn. Whoever has made it up is somebody with that key,
/// and nothing else follows from it.
bool is_visit(std::string_view text);

/// The value of Set-Cookie for a new visit: of the whole site, until the browser is closed, for no
/// script, and not for what other sites embed. `by_tls`: it is never sent in clear.
std::string set_visit(std::string_view name, std::string_view id, bool by_tls);

/// Takes the cookie of that name out of what a request says; "" takes out nothing.
void take_out_cookie(http::Fields& fields, std::string_view name);

/// Of the answer's cookies the one of that name is the proxy's own: what others say of it is taken
/// out, and `set` ("": nothing) is said. Not in an answer that is for shared caches (`public`,
/// `s-maxage`, a field for those of a provider that does not forbid it them; `max-age` where it is
/// no page): from there everybody would get it (RFC 9111 §7.3). One that leaves open who may keep
/// it becomes `private` with it; but a 304 without Cache-Control is about an answer that a cache
/// has, and whose we do not know. Whether it was said.
bool say_visit(http::ResponseHead& head, std::string_view name, std::string_view set);

}  // namespace banyan::strangler
