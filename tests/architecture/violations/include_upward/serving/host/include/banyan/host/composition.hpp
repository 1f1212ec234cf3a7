#pragma once
// host/composition.hpp
