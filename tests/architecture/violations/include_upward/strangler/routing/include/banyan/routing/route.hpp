#pragma once
// routing/route.hpp
