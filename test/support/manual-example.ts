/** The main.cf of the ISconf 4.2 manual's example. */
export const manualExample = `DEFAULT:
    NTPSERVERS = ntp1 ntp2 bigben.ucsd.edu mcs.anl.gov
    IS_NETS=/etc/is/nets

NET1:
    GATEWAY = 10.10.1.1

NET2:
    GATEWAY = 10.10.2.1

# The host 'scotty' will end up with these environment variables
# set during the ISconf run:
#
# NTPSERVERS="ntp1 ntp2 bigben.ucsd.edu mcs.anl.gov"
# GATEWAY=10.10.1.1
#
scotty: NET1
    building = this value is ignored
    building = 23
    floor = 2
    IS_NETS=/etc/is/nets.scotty

# kirk will get: GATEWAY = 10.10.2.1
kirk: NET2
    building = 52
    floor = 12

LOST:
    building = unknown
    floor = unknown

# any other host in example.com:
^.*\\.example\\.com: LOST
    GATEWAY = 10.2.3.1

# any other host not in example.com:
^.*: LOST
    GATEWAY = 10.0.0.1
`
