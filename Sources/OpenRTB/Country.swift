/// ISO 3166-1: the two-letter codes that some senders use where OpenRTB wants three letters.
///
/// - Source: ISO 3166-1; `UK` and `XK` are in common use without being in it.
package enum Country {
    /// Entry `first letter * 26 + second letter` holds the three letters, packed; 0 where there is no such country.
    private static let table: [UInt32] = {
        var table = [UInt32](repeating: 0, count: 26 * 26)
        for entry in pairs.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
            let letters = Array(entry.utf8)
            let packed = UInt32(letters[2]) << 16 | UInt32(letters[3]) << 8 | UInt32(letters[4])
            table[Int(letters[0] - 0x41) * 26 + Int(letters[1] - 0x41)] = packed
        }
        return table
    }()

    /// - Parameter alpha2: two letters in upper case.
    package static func alpha3(of alpha2: (UInt8, UInt8)) -> (UInt8, UInt8, UInt8)? {
        guard alpha2.0 >= 0x41, alpha2.0 <= 0x5A, alpha2.1 >= 0x41, alpha2.1 <= 0x5A else { return nil }
        let packed = table[Int(alpha2.0 - 0x41) * 26 + Int(alpha2.1 - 0x41)]
        guard packed != 0 else { return nil }
        return (
            UInt8(truncatingIfNeeded: packed >> 16), UInt8(truncatingIfNeeded: packed >> 8),
            UInt8(truncatingIfNeeded: packed)
        )
    }

    /// Whether this is a country's three-letter code.
    package static func isAlpha3(_ code: String) -> Bool { alpha3Codes.contains(code) }

    private static let alpha3Codes = Set(
        pairs.split(whereSeparator: { $0 == " " || $0 == "\n" }).map { String($0.dropFirst(2)) }
    )

    /// Each country's two letters and three letters in one word.
    private static let pairs = """
        ADAND AEARE AFAFG AGATG AIAIA ALALB AMARM AOAGO AQATA ARARG ASASM ATAUT
        AUAUS AWABW AXALA AZAZE BABIH BBBRB BDBGD BEBEL BFBFA BGBGR BHBHR BIBDI
        BJBEN BLBLM BMBMU BNBRN BOBOL BQBES BRBRA BSBHS BTBTN BVBVT BWBWA BYBLR
        BZBLZ CACAN CCCCK CDCOD CFCAF CGCOG CHCHE CICIV CKCOK CLCHL CMCMR CNCHN
        COCOL CRCRI CUCUB CVCPV CWCUW CXCXR CYCYP CZCZE DEDEU DJDJI DKDNK DMDMA
        DODOM DZDZA ECECU EEEST EGEGY EHESH ERERI ESESP ETETH FIFIN FJFJI FKFLK
        FMFSM FOFRO FRFRA GAGAB GBGBR GDGRD GEGEO GFGUF GGGGY GHGHA GIGIB GLGRL
        GMGMB GNGIN GPGLP GQGNQ GRGRC GSSGS GTGTM GUGUM GWGNB GYGUY HKHKG HMHMD
        HNHND HRHRV HTHTI HUHUN IDIDN IEIRL ILISR IMIMN ININD IOIOT IQIRQ IRIRN
        ISISL ITITA JEJEY JMJAM JOJOR JPJPN KEKEN KGKGZ KHKHM KIKIR KMCOM KNKNA
        KPPRK KRKOR KWKWT KYCYM KZKAZ LALAO LBLBN LCLCA LILIE LKLKA LRLBR LSLSO
        LTLTU LULUX LVLVA LYLBY MAMAR MCMCO MDMDA MEMNE MFMAF MGMDG MHMHL MKMKD
        MLMLI MMMMR MNMNG MOMAC MPMNP MQMTQ MRMRT MSMSR MTMLT MUMUS MVMDV MWMWI
        MXMEX MYMYS MZMOZ NANAM NCNCL NENER NFNFK NGNGA NINIC NLNLD NONOR NPNPL
        NRNRU NUNIU NZNZL OMOMN PAPAN PEPER PFPYF PGPNG PHPHL PKPAK PLPOL PMSPM
        PNPCN PRPRI PSPSE PTPRT PWPLW PYPRY QAQAT REREU ROROU RSSRB RURUS RWRWA
        SASAU SBSLB SCSYC SDSDN SESWE SGSGP SHSHN SISVN SJSJM SKSVK SLSLE SMSMR
        SNSEN SOSOM SRSUR SSSSD STSTP SVSLV SXSXM SYSYR SZSWZ TCTCA TDTCD TFATF
        TGTGO THTHA TJTJK TKTKL TLTLS TMTKM TNTUN TOTON TRTUR TTTTO TVTUV TWTWN
        TZTZA UAUKR UGUGA UKGBR UMUMI USUSA UYURY UZUZB VAVAT VCVCT VEVEN VGVGB
        VIVIR VNVNM VUVUT WFWLF WSWSM XKXKX YEYEM YTMYT ZAZAF ZMZMB ZWZWE
        """
}
