import { words } from "../shared/words/words";

export const useLoginWords = words({
  id: {
    title: "Masuk ke layanan 112",
    name: "Nama pengguna",
    password: "Kata sandi",
    code: "Kode autentikator",
    codeHelp: "Enam angka dari aplikasi di ponsel Anda",
    signIn: "Masuk",
    wrong: "Nama pengguna, kata sandi atau kode salah. Periksa huruf besar; minta administrator bila lupa.",
    slow: (seconds: number) => `Terlalu sering salah. Tunggu ${seconds} detik, lalu coba lagi dengan teliti.`,
    wait: (seconds: number) => `Tunggu ${seconds} detik`,
    provider: "Masuk dengan akun kota",
    refused: {
      "not-allowed": "Akun kota Anda tidak dapat dipakai di sini. Coba lagi, atau minta administrator menghubungkannya.",
      "slow-down": "Terlalu banyak yang masuk sekaligus. Tunggu sebentar, lalu coba lagi.",
      other: "Masuk dengan akun kota tidak berhasil. Coba lagi, atau pakai nama dan kata sandi.",
    },
    document: "Masuk · 112",
  },
  en: {
    title: "Sign in to the 112 service",
    name: "User name",
    password: "Password",
    code: "Authenticator code",
    codeHelp: "Six digits of the app on your phone",
    signIn: "Sign in",
    wrong: "User name, password or code is wrong. Check capital letters; ask an administrator if you forgot.",
    slow: (seconds: number) => `Wrong too often. Wait ${seconds} seconds, then try again with care.`,
    wait: (seconds: number) => `Wait ${seconds} seconds`,
    provider: "Sign in with the city's account",
    refused: {
      "not-allowed": "Your city account cannot be used here. Try again, or ask an administrator to link it.",
      "slow-down": "Too many sign in at once. Wait a moment, then try again.",
      other: "Signing in with the city's account did not work. Try again, or use name and password.",
    },
    document: "Sign in · 112",
  },
});
