"""Service names: what a port is called, by what the machine calls it, else by a table of this program's own.

A port only names a service; what listens there may be anything. Most names of the table are those of IANA's registry.
Where one program is nearly always met at a port that is registered for another, or for none, the name is that
program's; a port that several programs share (3000, 5000, 8000, 9000, 9100) has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from monitor.model.tcp import PROTOCOL_TCP, PROTOCOL_UDP

_BOTH = """
echo 7  discard 9  daytime 13  chargen 19  time 37  tacacs 49  domain 53  http 80  kerberos 88  sunrpc 111  ntp 123
epmap 135  irc 194  ldap 389  svrloc 427  https 443  microsoft-ds 445  kpasswd 464  rtsp 554  ipp 631  ldaps 636
tinc 655  domain-s 853  iscsi 860  socks 1080  openvpn 1194  ms-sql-s 1433  ms-sql-m 1434  h323hostcall 1720  nfs 2049
ms-wbt-server 3389  stun 3478  sip 5060  sips 5061  xmpp-client 5222  xmpp-server 5269  stuns 5349  llmnr 5355
amqps 5671  amqp 5672  coap 5683  coaps 5684  rfb 5900  teamviewer 5938  syslog-tls 6514  afs3-fileserver 7000
afs3-callback 7001  serf-lan 8301  serf-wan 8302  consul-dns 8600  zabbix-agent 10050  zabbix-trapper 10051
memcache 11211  minecraft 25565  ethereum 30303  mumble 64738
"""
_TCP = """
tcpmux 1  systat 11  qotd 17  ftp-data 20  ftp 21  ssh 22  telnet 23  smtp 25  whois 43  gopher 70  finger 79
iso-tsap 102  pop3 110  auth 113  nntp 119  netbios-ssn 139  imap 143  bgp 179  submissions 465  mbap 502  exec 512
login 513  shell 514  printer 515  uucp 540  klogin 543  kshell 544  afpovertcp 548  nntps 563  submission 587
http-rpc-epmap 593  ldp 646  kerberos-adm 749  spamd 783  netconf-ssh 830  rsync 873  vmware-auth 902  rndc 953
ftps-data 989  ftps 990  telnets 992  imaps 993  pop3s 995  rmiregistry 1099  lotusnote 1352  citrix-ica 1494
oracle 1521  veritas-pbx 1556  pptp 1723  mqtt 1883  graphite 2003  radsec 2083  zookeeper 2181  delve 2345
docker 2375  docker-s 2376  swarm 2377  etcd-client 2379  etcd-server 2380  ms-olap 2383  cvspserver 2401  iec-104 2404
dict 2628  gds-db 3050  squid 3128  iscsi-target 3260  msft-gc 3268  msft-gc-ssl 3269  saprouter 3299  ceph-mon 3300
mysql 3306  clamd 3310  nut 3493  apcupsd 3551  distcc 3632  daap 3689  svn 3690  ipfs 4001  linkerd-proxy 4143
nsqd 4150  sieve 4190  linkerd-admin 4191  nats 4222  cilium-health 4240  otlp-grpc 4317  otlp-http 4318  epmd 4369
salt-publish 4505  salt-request 4506  nomad 4646  gearman 4730  opcua-tcp 4840  appserv-http 4848  munin 4949
jdwp 5005  asterisk-manager 5038  logstash-beats 5044  postgresql 5432  calico-typha 5473  kibana 5601  icinga 5665
nrpe 5666  nsca 5667  debugpy 5678  couchdb 5984  wsman 5985  wsmans 5986  x11 6000  varnish 6081  varnish-admin 6082
rserve 6311  qdrant 6333  redis 6379  pgbouncer 6432  kube-apiserver 6443  checkmk-agent 6556  sane-port 6566  mpd 6600
pulsar 6650  ircd 6667  ircs-u 6697  ceph-mon-v1 6789  bittorrent 6881  spark-master 7077  neo4j-http 7474
openvpn-mgmt 7505  neo4j-bolt 7687  proxmox 8006  ajp13 8009  hdfs-namenode 8020  http-alt 8080  influxdb 8086
riak 8087  splunk-mgmt 8089  couchbase 8091  privoxy 8118  clickhouse-http 8123  puppet 8140  vault 8200
vault-cluster 8201  consul-rpc 8300  bitcoin-rpc 8332  bitcoin 8333  https-alt 8443  consul 8500  arangodb 8529
ethereum-rpc 8545  secure-mqtt 8883  solr 8983  cassandra 9042  tor-socks 9050  tor-control 9051  informix 9088
prometheus 9090  kafka 9092  alertmanager 9093  bacula-dir 9101  bacula-fd 9102  bacula-sd 9103  elasticsearch 9200
node-inspector 9229  elasticsearch-peer 9300  zipkin 9411  git 9418  hdfs-datanode 9866  hdfs-http 9870
splunk-forward 9997  amanda 10080  kubelet-healthz 10248  kube-proxy-metrics 10249  kubelet 10250
kube-proxy-healthz 10256  kube-controller-manager 10257  kube-scheduler 10259  couchbase-data 11210  beanstalkd 11300
hkp 11371  ollama 11434  jaeger-collector 14268  envoy-outbound 15001  envoy-inbound 15006  istiod-grpc 15010
istiod-tls 15012  istiod-webhook 15017  istio-agent 15020  istio-health 15021  envoy-prometheus 15090
rabbitmq-management 15672  hbase-master 16000  hbase-region 16020  libvirt 16509  libvirt-tls 16514  jaeger-query 16686
milvus 19530  netdata 19999  dnp 20000  tikv 20160  gluster 24007  fluentd 24224  rabbitmq-cluster 25672
cockroachdb 26257  redis-sentinel 26379  mongodb 27017  rethinkdb 28015  hana 30015  plex 32400  mysqlx 33060
ethernet-ip 44818  stomp 61613  activemq 61616
"""
_UDP = """
bootps 67  bootpc 68  tftp 69  netbios-ns 137  netbios-dgm 138  snmp 161  snmptrap 162  xdmcp 177  ptp-event 319
ptp-general 320  chrony 323  isakmp 500  biff 512  who 513  syslog 514  router 520  ripng 521  dhcpv6-client 546
dhcpv6-server 547  asf-rmcp 623  olsr 698  l2tp 1701  radius 1812  radius-acct 1813  ssdp 1900  hsrp 1985  netflow 2055
gtp-control 2123  gtp-user 2152  teredo 3544  knx 3671  bfd-control 3784  bfd-echo 3785  nebula 4242  ipsec-nat-t 4500
iax 4569  ipfix 4739  vxlan 4789  rtp 5004  capwap-control 5246  capwap-data 5247  mdns 5353  corosync 5405  matter 5540
e131 5568  geneve 6081  sflow 6343  artnet 6454  babel 6696  jaeger-agent 6831  statsd 8125  vxlan-linux 8472
teamspeak 9987  zerotier 9993  gelf 12201  collectd 25826  source-engine 27015  quake3 27960  tailscale 41641
bacnet 47808  wireguard 51820
"""
"""Names and ports of both protocols, and of one alone; every name has one port."""
_TABLES = {(PROTOCOL_TCP, PROTOCOL_UDP): _BOTH, (PROTOCOL_TCP,): _TCP, (PROTOCOL_UDP,): _UDP}


class Service(NamedTuple):
    """A port of one protocol and its names, which are untrusted bytes."""

    protocol: int
    port: int
    names: tuple[bytes, ...]
    """One or more; the first is the usual one."""


class ServiceNames:
    """Looks up ports and names, each of which may be there several times: the first counts."""

    def __init__(self, read: Callable[[], Iterable[Service]] = tuple) -> None:
        """Know the table, and what a machine calls its ports before it.

        Args:
            read: Gives the machine's own; called once, when a name is first wanted.
        """
        self._indexes = _Indexes(read)

    def prefer(self, read: Callable[[], Iterable[Service]]) -> None:
        """Let other names go before the table from now on."""
        self._indexes = _Indexes(read)

    def name(self, protocol: int, port: int) -> bytes | None:
        """Name the service of a port of TCP or UDP; None where none is known."""
        return self._indexes.names.get((protocol, port))

    @property
    def ports(self) -> Mapping[bytes, int]:
        """The port of every service by each of its names in lower case; of several the first."""
        return self._indexes.ports


class _Indexes:
    """One machine's services and the table, by port and by name; each is worked out when first wanted."""

    def __init__(self, read: Callable[[], Iterable[Service]]) -> None:
        self._read = read

    @cached_property
    def ports(self) -> Mapping[bytes, int]:
        ports: dict[bytes, int] = {}
        for service in self._services:
            for name in service.names:
                ports.setdefault(name.lower(), service.port)
        return ports

    @cached_property
    def names(self) -> Mapping[tuple[int, int], bytes]:
        names: dict[tuple[int, int], bytes] = {}
        for service in self._services:
            names.setdefault((service.protocol, service.port), service.names[0])
        return names

    @cached_property
    def _services(self) -> list[Service]:
        return [*self._read(), *table_services()]


SERVICES = ServiceNames()
"""What this program calls ports; who starts it says what the machine calls them."""


def table_services() -> Iterator[Service]:
    """Give what stands in the table."""
    for protocols, table in _TABLES.items():
        words = iter(table.split())
        for name in words:
            port = int(next(words))
            for protocol in protocols:
                yield Service(protocol, port, (name.encode(),))
