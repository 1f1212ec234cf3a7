#pragma once
// http/client.hpp
