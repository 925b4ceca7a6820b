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
    document: "Sign in · 112",
  },
});
