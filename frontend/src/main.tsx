import "@mantine/core/styles.css";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { Problem } from "./shared/api/problem";
import { Broken } from "./shared/shell/Broken";
import { styleNonce, theme, variables } from "./shared/theme";
import { language, setLanguage } from "./shared/words/words";

const TRIES = 3;
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) => error instanceof Problem && error.passes && count < TRIES,
      networkMode: "always", // the browser's idea of "online" is of the internet, ours is a house's network
    },
    mutations: { networkMode: "always" },
  },
});

setLanguage(language());
const root = document.getElementById("root");
if (!root) throw new Error("no #root");
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto" getStyleNonce={styleNonce}>
      <QueryClientProvider client={queries}>
        <Broken>
          <App />
        </Broken>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
