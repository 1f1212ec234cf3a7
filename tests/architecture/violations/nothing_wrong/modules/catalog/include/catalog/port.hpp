#pragma once
namespace catalog {
struct Catalog {};
}  // namespace catalog
// catalog/port.hpp
