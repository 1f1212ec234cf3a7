# expect: -DBANYAN_PROVE_LABS=01;6: there is no lab '6'. There are: 01;
set(BANYAN_PROVE_LABS "01;6")
include(BanyanOptions)
banyan_check_options()
