#pragma once
// domain/price.hpp
