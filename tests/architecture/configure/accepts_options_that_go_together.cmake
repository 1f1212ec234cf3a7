# expect: all declarations are in order
set(BANYAN_PACKAGE ON)
set(BANYAN_INSTALL ON)
set(BANYAN_PROVE_LABS "01;06")
include(BanyanOptions)
banyan_check_options()
set(BANYAN_PROVE_LABS all)
banyan_check_options()
